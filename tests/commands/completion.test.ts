import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { Argument, Command, Option } from 'commander'
import { describe, expect, it } from 'vitest'
import { completionScripts } from '../../src/commands/completion-scripts.ts'
import { completionsFor } from '../../src/commands/completions.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { runAgent } from './run-agent.ts'

const program = new Command('agent').option('-C <dir>', 'a folder').option('--verbose', 'tell more').option('--config <file>', 'a file')
program
  .command('review')
  .description('Review a change')
  .argument('[paths...]')
  .option('--staged', 'the index')
  .addOption(new Option('--format <format>', 'how').choices(['pretty', 'json', 'junit']))
  .addOption(new Option('--secret <x>').hideHelp())
const config = program.command('config').alias('cfg').description('Show it')
config.command('explain <key>').description('Explain a key')
program.command('completion').addArgument(new Argument('<shell>').choices(['bash', 'zsh']))
program.command('hidden', { hidden: true })

const sources = { key: async () => ['review.failOn', 'review.maxTime', 'engine.use'].map((value) => ({ value, description: '' })) }

async function complete(line: string) {
  const words = line.split(' ')
  const { candidates, places } = await completionsFor(program, { words: words.slice(0, -1), word: words.at(-1) ?? '' }, sources)
  return [...candidates.map(({ value }) => value), ...(places === undefined ? [] : [`:${places}`])]
}

describe('what may stand at the cursor', () => {
  it.each([
    ['', ['review', 'config', 'completion', 'help']],
    ['co', ['config', 'completion']],
    ['x', []],
    ['--verbose re', ['review']],
    ['-C re', [':folders']],
    ['-C folder re', ['review']],
    ['--config ', [':files']],
    ['review ', [':files']],
    ['review src/a.ts src/', [':files']],
    ['review --st', ['--staged']],
    ['review --', ['--staged', '--format', '--help', '--verbose', '--config']],
    ['review -- --', [':files']],
    ['review -- -x ', [':files']],
    ['review --format ', ['pretty', 'json', 'junit']],
    ['review --format j', ['json', 'junit']],
    ['review --format=j', ['--format=json', '--format=junit']],
    ['review --format =', ['pretty', 'json', 'junit']],
    ['review --format = ju', ['junit']],
    ['review --format json ', [':files']],
    ['review --staged=x', []],
    ['review --nowhere=x', []],
    ['review --nowhere ', [':files']],
    ['config ', ['explain', 'help']],
    ['cfg ex', ['explain']],
    ['config explain review.', ['review.failOn', 'review.maxTime']],
    ['config explain review.failOn ', []],
    ['completion ', ['bash', 'zsh']],
    ['completion bash ', []],
    ['hidden ', []],
    ['review --secret x ', [':files']],
  ])('of "agent %s"', async (line, expected) => {
    expect(await complete(line)).toEqual(expected)
  })
})

describe('agent complete', () => {
  it('offers the real commands, flags and configuration keys, each with what it is', async () => {
    const run = async (...argv: string[]) => (await runAgent(['complete', ...argv], { cwd: '/' })).stdout
    expect(await run('--word=conf')).toBe('config\tShow the configuration and where each value comes from\n')
    expect(await run('--word=--no-col', '--', 'config')).toBe('--no-color\tno colours, like NO_COLOR\n')
    expect(await run('--word=review.fail', '--', 'config', 'explain')).toBe(
      'review.failOn\tThe mildest severity that ends a run with exit code 1\n',
    )
    expect(await run('--word=', '--', 'review', '--format=json', '--output')).toBe(':files\n')
  })

  it('is not listed itself', async () => {
    expect((await runAgent(['--help'], { cwd: '/' })).stdout).not.toMatch(/^ +complete /m)
    expect((await runAgent(['complete', '--word=complete'], { cwd: '/' })).stdout).toBe('')
  })
})

describe('agent completion', () => {
  it.each(['bash', 'zsh', 'fish', 'powershell'] as const)('prints the script for %s', async (shell) => {
    expect(await runAgent(['completion', shell], { cwd: '/' })).toEqual({ code: 0, stdout: completionScripts[shell], stderr: '' })
  })

  it('knows no other shell', async () => {
    const { code, stderr } = await runAgent(['completion', 'fihs'], { cwd: '/' })
    expect([code, stderr.includes('Did you mean fish?')]).toEqual([2, true])
  })
})

/** A folder with `agent` in it, to stand on the PATH, and files to complete. */
function shellHome() {
  const home = temporaryFolder({
    'bin/agent': `#!/bin/sh\nexec "${process.execPath}" "${join(import.meta.dirname, '../../src/main.ts')}" "$@"\n`,
    'files/a file.diff': '',
    'files/other.txt': '',
    'files/folder/x': '',
  })
  chmodSync(join(home.path, 'bin/agent'), 0o755)
  const environment = { HOME: home.path, PATH: `${join(home.path, 'bin')}${delimiter}${process.env.PATH}` }
  return { ...home, cwd: join(home.path, 'files'), environment, [Symbol.dispose]: home[Symbol.dispose] }
}

function has(shell: string): boolean {
  return spawnSync(shell, ['-c', 'exit'], { stdio: 'ignore' }).status === 0
}

describe.skipIf(!has('bash'))('in bash', () => {
  const completeInBash = (...words: string[]) => {
    using home = shellHome()
    const script = `${completionScripts.bash}
      ${completionScripts.bash}
      COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _agent_completion; printf '%s\\n' "\${COMPREPLY[@]}"; complete -p agent`
    return execFileSync('bash', ['--norc', '--noprofile', '-uc', script, 'bash', 'agent', ...words], {
      cwd: home.cwd,
      env: home.environment,
      encoding: 'utf8',
    })
      .trimEnd()
      .split('\n')
  }

  it('completes commands, flags and values, and can be loaded twice', () => {
    expect(completeInBash('conf')).toEqual(['config', 'complete -F _agent_completion agent'])
    expect(completeInBash('review', '--stag')[0]).toBe('--staged')
    expect(completeInBash('review', '--format', '=', 'js')[0]).toBe('json')
    expect(completeInBash('nothing-like-it', '')[0]).toBe('')
  })

  it('leaves paths to the shell', () => {
    expect(completeInBash('review', '--patch', 'a')[0]).toBe('a file.diff')
    expect(completeInBash('-C', '')[0]).toBe('folder')
  })

  it('never runs what is half typed', () => {
    using home = shellHome()
    const script = `${completionScripts.bash}
      COMP_WORDS=(agent review '$(touch pwned)' '\`touch pwned\`' ';touch' 'pwned' ''); COMP_CWORD=6; _agent_completion`
    execFileSync('bash', ['--norc', '--noprofile', '-c', script], { cwd: home.cwd, env: home.environment })
    expect(execFileSync('ls', { cwd: home.cwd, encoding: 'utf8' })).not.toContain('pwned')
  })
})

describe.skipIf(!has('fish'))('in fish', () => {
  it('completes commands, keys and files', () => {
    using home = shellHome()
    const completeInFish = (line: string) => {
      const script = `${completionScripts.fish}\ncomplete -C ${JSON.stringify(line)}`
      return execFileSync('fish', ['--no-config', '-c', script], { cwd: home.cwd, env: home.environment, encoding: 'utf8' }).split('\n')[0]
    }
    expect(completeInFish('agent conf')).toBe('config\tShow the configuration and where each value comes from')
    expect(completeInFish('agent config explain review.fail')).toMatch(/^review\.failOn\t/)
    expect(completeInFish('agent review --patch oth')).toMatch(/^other\.txt/)
  })
})

describe.skipIf(!has('zsh'))('in zsh', () => {
  it('loads, and hands the words over as they are', () => {
    using home = shellHome()
    const script = `compdef() {}; _describe() { print -rl -- "\${(@P)2}" }; _files() { print -r -- "files $*" }
      ${completionScripts.zsh}
      words=(agent config explain 'review.fail$(touch pwned)'); CURRENT=4; _agent
      words=(agent config explain review.fail); CURRENT=4; _agent
      words=(agent -C ''); CURRENT=3; _agent
      words=(agent review ''); CURRENT=3; _agent`
    const output = execFileSync('zsh', ['-fc', script], { cwd: home.cwd, env: home.environment, encoding: 'utf8' })
    expect(output.split('\n')).toEqual(['review.failOn:The mildest severity that ends a run with exit code 1', 'files -/', 'files ', ''])
    expect(execFileSync('ls', { cwd: home.cwd, encoding: 'utf8' })).not.toContain('pwned')
  })
})
