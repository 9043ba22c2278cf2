import { readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryRepository } from '../helpers/git-repository.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { runAgent } from './run-agent.ts'

function init(repository: { root: string; environment: Readonly<Record<string, string>> }, ...argv: string[]) {
  return runAgent(['init', ...argv], { cwd: repository.root, environment: repository.environment })
}

describe('agent init', () => {
  it('writes a configuration that is valid and says what was found', async () => {
    using repository = temporaryRepository({
      files: {
        'package.json': '{"devDependencies":{"vitest":"*","eslint":"*","coding-agent":"*"}}',
        'biome.json': '{}',
        'tsconfig.json': '{}',
        'dist/a.js': '',
        'src/a.ts': '',
      },
    })
    expect(await init({ ...repository, root: join(repository.root, 'src') })).toEqual({
      code: 0,
      stdout: 'Wrote agent.config.yaml. `agent config show` prints what holds now.\n',
      stderr: '',
    })
    const text = readFileSync(join(repository.root, 'agent.config.yaml'), 'utf8')
    expect(text).toContain('# linters: true        # found here: biome, eslint, tsc\n')
    expect(text).toContain('#   testCommand: null    # found here: vitest\n')
    expect(text).toContain('  - "dist/**"\n')
    expect(text).toMatch(/^# yaml-language-server: \$schema=node_modules\/coding-agent\/schema\/config\.schema\.json\n/)
    const shown = await runAgent(['config', 'show', '--format', 'json'], { cwd: repository.root, environment: repository.environment })
    expect(JSON.parse(shown.stdout).settings.exclude).toEqual({
      value: ['**/*.generated.*', 'dist/**'],
      origin: 'project file agent.config.yaml',
    })
    expect(repository.git('status', '--porcelain')).toBe('?? agent.config.yaml\n')
  })

  it('is valid with every comment taken away, too', async () => {
    using repository = temporaryRepository({ files: { 'a.txt': '' } })
    const { stdout } = await init(repository, '--dry-run')
    const uncommented = stdout.replaceAll(/^( *)# (?=[\w-]+:| |- )/gm, '$1')
    repository.write('agent.config.yaml', uncommented)
    const shown = await runAgent(['config', 'show', '--format', 'json'], { cwd: repository.root, environment: repository.environment })
    expect(shown.stderr).toBe('')
    expect(JSON.parse(shown.stdout).settings['review.maxTime'].origin).toBe('project file agent.config.yaml')
    expect(JSON.parse(shown.stdout).settings.paths.value).toEqual([{ match: 'legacy/**', review: { failOn: 'never' } }])
  })

  it('changes nothing the second time, and says so', async () => {
    using repository = temporaryRepository()
    await init(repository)
    repository.write('agent.config.yaml', 'engine: { seed: 1 }\n')
    expect(await init(repository)).toEqual({
      code: 0,
      stdout: 'agent.config.yaml configures this repository already; nothing was written. --force writes agent.config.yaml all the same.\n',
      stderr: '',
    })
    expect(readFileSync(join(repository.root, 'agent.config.yaml'), 'utf8')).toBe('engine: { seed: 1 }\n')
    expect((await init(repository, '--force')).stdout).toMatch(/^Wrote /)
    expect(readFileSync(join(repository.root, 'agent.config.yaml'), 'utf8')).toContain('failOn: error')
  })

  it('leaves a repository alone that is configured elsewhere', async () => {
    using repository = temporaryRepository({ files: { 'package.json': '{"agent":{}}' } })
    expect((await init(repository)).stdout).toMatch(/^package\.json configures this repository already/)
    expect(readdirSync(repository.root)).not.toContain('agent.config.yaml')
  })

  it('never writes through a link', async () => {
    using repository = temporaryRepository({ files: { 'elsewhere.yaml': 'engine: { seed: 1 }\n' } })
    symlinkSync('elsewhere.yaml', join(repository.root, 'agent.config.yaml'))
    expect(await init(repository, '--force')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('is a link, and what it points to is not replaced.'),
    })
    expect(readFileSync(join(repository.root, 'elsewhere.yaml'), 'utf8')).toBe('engine: { seed: 1 }\n')
  })

  it('replaces one that is broken only with --force', async () => {
    using repository = temporaryRepository({ files: { 'agent.config.yaml': 'engine: [' } })
    expect(await init(repository)).toMatchObject({ code: 2, stderr: expect.stringContaining('is not valid YAML') })
    expect(await init(repository, '--force')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Wrote /) })
  })

  it('only prints with --dry-run, and prints nothing with --quiet', async () => {
    using repository = temporaryRepository({ files: { 'package.json': '{ broken', 'go.mod': '' } })
    const { stdout } = await init(repository, '--dry-run')
    expect([
      stdout.includes('no linters were found here'),
      stdout.includes('found here: go test'),
      readdirSync(repository.root).includes('agent.config.yaml'),
    ]).toEqual([true, true, false])
    expect(await init(repository, '--quiet')).toEqual({ code: 0, stdout: '', stderr: '' })
  })

  it('needs a repository, and a place where it can write', async () => {
    using folder = temporaryFolder()
    expect(await runAgent(['init'], { cwd: folder.path })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is not inside a git repository.\nhint: Run `git init` first'),
    })
    using repository = temporaryRepository()
    repository.write('agent.config.yaml/blocked', '')
    expect(await init(repository, '--force')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('agent.config.yaml cannot be written (EISDIR).'),
    })
  })
})
