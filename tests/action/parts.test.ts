import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { childEnvironment, forgetSecrets } from '../../src/action/child-environment.ts'
import { commandLineOf } from '../../src/action/command-line.ts'
import { openGuardedLog, splitAnnotations } from '../../src/action/log.ts'
import { hasNative, importNative, nativeFolder, nativePackages, requireNative } from '../../src/action/native.ts'
import { reportPlace, workingDirectory } from '../../src/action/place.ts'
import { addSummary, maskCommand, setOutputs } from '../../src/action/runner-files.ts'
import { hostileTexts } from '../helpers/hostile-texts.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { commandsIn, readOutputs } from './scene.ts'

describe('the log', () => {
  it('lets no text become a command, however it is cut into pieces', () => {
    const text = fc.oneof(
      fc.constantFrom(...hostileTexts),
      fc.string({ unit: fc.constantFrom('::', '\n', '##[', 'error', ' ', '\u001b[0m', 'x') }),
    )
    fc.assert(
      fc.property(fc.array(text), fc.integer({ min: 1, max: 7 }), (texts, size) => {
        let written = ''
        const log = openGuardedLog((part) => (written += part))
        const bytes = Buffer.from(texts.join('\n'))
        for (let start = 0; start < bytes.length; start += size) log.write(bytes.subarray(start, start + size))
        log.close()
        expect(commandsIn(written)).toEqual([])
        expect(commandsIn(written.replaceAll(/^::[\w-]+::.*\n/gm, ''))).toEqual([])
      }),
    )
  })

  it('lets the runner take commands again afterwards, and writes nothing where nothing was said', () => {
    let written = ''
    const log = openGuardedLog((part) => (written += part))
    log.close()
    expect(written).toBe('')
    log.write('half a line')
    log.close()
    expect(written).toMatch(/^::stop-commands::(.+)\nhalf a line\n::\1::\n$/)
    expect(log.text()).toBe('half a line\n')
  })

  it('tells annotations from the text before them', () => {
    const text = '::stop-commands::t\nall of it\n::t::\n::error file=a.ts::x\n'
    expect(splitAnnotations(text)).toEqual({ log: '::stop-commands::t\nall of it\n::t::\n', annotations: ['::error file=a.ts::x'] })
  })

  it.each(['', '::error::not ours\n', '::stop-commands::t\nnever ended\n::error::x'])('takes no command from %j', (text) => {
    const { log, annotations } = splitAnnotations(text)
    expect([commandsIn(log), annotations]).toEqual([[], []])
  })
})

describe('the files of the runner', () => {
  it('hold any value as it is', async () => {
    using folder = temporaryFolder({ output: '' })
    const file = join(folder.path, 'output')
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.stringMatching(/^[a-z]+$/), fc.oneof(fc.string(), fc.constantFrom('a\nexit-reason<<x\nclean\nx'))),
        async (outputs) => {
          writeFileSync(file, '')
          await setOutputs(outputs, { GITHUB_OUTPUT: file })
          expect(readOutputs(readFileSync(file, 'utf8'))).toEqual({ ...outputs })
        },
      ),
      { numRuns: 50 },
    )
    await setOutputs({ a: 'b' }, {})
  })

  it('take a summary as long as it is one that GitHub takes', async () => {
    using folder = temporaryFolder({ summary: 'before\n' })
    const file = join(folder.path, 'summary')
    await addSummary('x'.repeat(2 ** 20), { GITHUB_STEP_SUMMARY: file })
    await addSummary('after\n', { GITHUB_STEP_SUMMARY: file })
    await addSummary('nowhere', {})
    expect(readFileSync(file, 'utf8')).toBe('before\nafter\n')
  })

  it('are told of secrets in one line', () => {
    expect(maskCommand('a\nb%')).toBe('::add-mask::a%0Ab%25\n')
  })
})

describe('what programs see', () => {
  const environment = {
    PATH: '/bin',
    'INPUT_API-KEY': 'k',
    GITHUB_TOKEN: 't',
    GH_TOKEN: 't',
    GH_ENTERPRISE_TOKEN: 't',
    GITHUB_ENTERPRISE_TOKEN: 't',
    ACTIONS_RUNTIME_TOKEN: 't',
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 't',
    GITHUB_OUTPUT: '/o',
    GITHUB_ENV: '/e',
    GITHUB_BASE_REF: 'main',
    GITHUB_ACTIONS: 'true',
  }

  it('is no token, and no file of the runner', () => {
    expect(childEnvironment(environment, { trusted: null, apiKey: undefined })).toEqual({
      PATH: '/bin',
      GITHUB_BASE_REF: '',
      GITHUB_ACTIONS: 'true',
    })
    expect(childEnvironment({ PATH: '/bin' }, { trusted: 'main', apiKey: 'k' })).toEqual({
      PATH: '/bin',
      GITHUB_BASE_REF: 'main',
      GITHUB_ACTIONS: 'true',
      AGENT_API_KEY: 'k',
    })
  })

  it('is nothing secret that they inherit without being handed it', () => {
    const own: Record<string, string | undefined> = { ...environment }
    forgetSecrets(own)
    expect(own).toEqual({ PATH: '/bin', GITHUB_OUTPUT: '/o', GITHUB_ENV: '/e', GITHUB_BASE_REF: 'main', GITHUB_ACTIONS: 'true' })
  })
})

describe('commandLineOf', () => {
  const rest = { directory: '/w', files: { json: '/t/r.json', sarif: '/t/r.sarif', markdown: '/t/s.md' }, useCache: true }

  it('keeps every value in one word with its flag', () => {
    const inputs = {
      task: 'review',
      'max-comments': 40,
      engine: 'endpoint',
      model: '--output=x',
      config: '-rf',
      'max-time': '5m',
      shard: '1/2',
    } as const
    expect(commandLineOf(inputs, { ...rest, change: { from: 'a', to: 'b' }, useCache: false })).toEqual([
      'review',
      '-C',
      '/w',
      '--range=a..b',
      '--format=github',
      '--no-color',
      '--report=json=/t/r.json',
      '--report=sarif=/t/r.sarif',
      '--report=markdown=/t/s.md',
      '--engine=endpoint',
      '--model=--output=x',
      '--config=-rf',
      '--shard=1/2',
      '--max-time=5m',
      '--no-cache',
    ])
  })

  it('repairs what is checked out, and reviews one commit where there is no other end', () => {
    for (const task of ['fix', 'generate-tests'] as const)
      expect(commandLineOf({ task, 'max-comments': 1 }, { ...rest, change: { from: 'a', to: 'b' } })).toContain('--base=a')
    expect(commandLineOf({ task: 'review', 'max-comments': 1 }, { ...rest, change: { commit: 'a' } })).toContain('--commit=a')
  })
})

describe('workingDirectory', () => {
  it('stays in the workspace', async () => {
    using folder = temporaryFolder({ 'workspace/packages/a/x': '', 'outside/x': '' })
    const top = join(folder.path, 'workspace')
    symlinkSync(join(folder.path, 'outside'), join(top, 'link'))
    const environment = { GITHUB_WORKSPACE: top }
    expect(await workingDirectory(undefined, environment)).toBe(top)
    expect(await workingDirectory('packages/a', environment)).toBe(join(top, 'packages/a'))
    for (const outside of ['..', 'link', '/'])
      await expect(workingDirectory(outside, environment)).rejects.toThrow(/outside of the workspace/)
    await expect(workingDirectory('none', environment)).rejects.toThrow(/does not exist/)
    await expect(workingDirectory(undefined, {})).rejects.toThrow('GITHUB_WORKSPACE is not set.')
  })
})

describe('reportPlace', () => {
  it('follows no link of the change out of the folder', async () => {
    using folder = temporaryFolder({ 'workspace/x': '', 'outside/x': '' })
    const top = join(folder.path, 'workspace')
    symlinkSync(join(folder.path, 'outside'), join(top, 'reports'))
    expect(await reportPlace('out/deep/a.sarif', top)).toBe(join(top, 'out/deep/a.sarif'))
    expect(await reportPlace(join(folder.path, 'a.sarif'), top)).toBe(join(folder.path, 'a.sarif'))
    for (const outside of ['reports/a.sarif', 'reports/new/a.sarif', '../a.sarif'])
      await expect(reportPlace(outside, top)).rejects.toThrow(/leads out of/)
  })
})

describe('native packages', () => {
  const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as Record<
    string,
    Record<string, string>
  >

  it('are those of package.json', () => {
    const versions = { ...manifest.dependencies, ...manifest.optionalDependencies }
    const named = Object.fromEntries(Object.keys(nativePackages).map((name) => [name, `${name}@${versions[name]}`]))
    expect(named).toEqual(nativePackages)
  })

  it('are taken from the folder of the machine', async () => {
    using home = temporaryFolder()
    const environment = { AGENT_HOME: home.path }
    const packages = join(nativeFolder(environment), 'node_modules')
    mkdirSync(packages, { recursive: true })
    home.write('native/node_modules/better-sqlite3/package.json', '{"name":"better-sqlite3","main":"index.cjs"}')
    home.write('native/node_modules/better-sqlite3/index.cjs', 'module.exports = { kind: "sqlite" }')
    home.write('native/node_modules/node-llama-cpp/package.json', '{"name":"node-llama-cpp","type":"module","exports":"./index.js"}')
    home.write('native/node_modules/node-llama-cpp/index.js', 'export const kind = await Promise.resolve("llama")')
    expect(hasNative('better-sqlite3', environment)).toBe(true)
    expect(requireNative('better-sqlite3', environment)).toEqual({ kind: 'sqlite' })
    expect(await importNative('node-llama-cpp', environment)).toMatchObject({ kind: 'llama' })
  })

  it('say how to install them where they are not', async () => {
    using home = temporaryFolder()
    const environment = { AGENT_HOME: home.path }
    const hint = (name: string) =>
      `Install it once on this runner: npm install --prefix ${JSON.stringify(join(home.path, 'native'))} ${name}`
    expect(hasNative('better-sqlite3', environment)).toBe(false)
    expect(() => requireNative('better-sqlite3', environment)).toThrow(
      expect.objectContaining({ hint: hint(nativePackages['better-sqlite3']) }),
    )
    await expect(importNative('node-llama-cpp', environment)).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      hint: hint(nativePackages['node-llama-cpp']),
    })
  })
})
