import { Command, CommanderError } from 'commander'
import { describe, expect, it } from 'vitest'
import {
  addGlobalFlags,
  addTaskFlags,
  configOverrides,
  engineKinds,
  flagFor,
  globalFlags,
  type TaskFlags,
} from '../../src/commands/flags.ts'
import { addSelectorFlags, selectorFrom } from '../../src/commands/selector-flags.ts'
import { engineUses } from '../../src/engine/options.ts'

/** Parses a command line as the program does, and returns the flags of its one task. */
function parse(...argv: string[]): { flags: TaskFlags; command: Command; paths: string[] } {
  const program = addGlobalFlags(new Command('agent'))
    .exitOverride()
    .configureOutput({ outputError: () => {} })
  let parsed: { command: Command; paths: string[] } | undefined
  const task = program
    .command('task')
    .argument('[paths...]')
    .action((paths: string[], _flags, command: Command) => {
      parsed = { command, paths }
    })
  addTaskFlags(addSelectorFlags(task), { formats: ['pretty', 'json', 'sarif'] })
  program.parse(argv, { from: 'user' })
  if (!parsed) throw new Error('The task was not run.')
  return { ...parsed, flags: parsed.command.optsWithGlobals() }
}

function problemOf(...argv: string[]): string {
  try {
    parse('task', ...argv)
  } catch (error) {
    if (error instanceof CommanderError) return error.message
    throw error
  }
  throw new Error('The flags were accepted.')
}

describe('the flags of a task', () => {
  it('become what they mean', () => {
    const line =
      'task src --engine endpoint --format json --report sarif=a=b.sarif --report json=x.json --max-tokens 5000 --jobs 2 --no-cache --shard 2/5 --baseline none --output out.txt --dry-run lib'
    const { flags, paths } = parse(...line.split(' '))
    expect(flags).toMatchObject({
      engine: 'endpoint',
      format: 'json',
      report: [
        { format: 'sarif', file: 'a=b.sarif' },
        { format: 'json', file: 'x.json' },
      ],
      maxTokens: 5000,
      jobs: 2,
      cache: false,
      shard: { index: 2, count: 5 },
      baseline: 'none',
      output: 'out.txt',
      dryRun: true,
    })
    expect(paths).toEqual(['src', 'lib'])
  })

  it.each([
    [['--engine', 'cloud'], 'Allowed choices are auto, local, endpoint, daemon, none.'],
    [['--format', 'xml'], 'Allowed choices are pretty, json, sarif.'],
    [['--fail-on', 'warn'], 'Allowed choices are note, warning, error, never.'],
    [['--report', 'x.json'], 'It must be <format>=<file>'],
    [['--report', 'json='], 'It must be <format>=<file>'],
    [['--report', 'sarf=x'], 'The format must be one of pretty, json, sarif. Did you mean sarif?'],
    [['--report', '=x'], 'The format must be one of pretty, json, sarif.'],
    [['--report', 'json=x', '--report', 'sarif=x'], 'x is already the file of the json report.'],
    [['--min-confidence', '1.5'], 'It must be a number from 0 to 1.'],
    [['--min-confidence', '0x1'], 'It must be a number from 0 to 1.'],
    [['--max-time', '300'], 'It must be a duration such as'],
    [['--max-time', '30d'], 'It must be a duration above zero and of at most 24d'],
    [['--max-tokens', '0'], 'It must be a whole number of at least 1.'],
    [['--max-tokens', '1e3'], 'It must be a whole number of at least 1.'],
    [['--jobs', '1000'], 'It must be a whole number from 1 to 256.'],
    [['--seed', '-1'], 'It must be a whole number from 0 to 4294967295.'],
    [['--shard', '0/2'], 'It must be <i>/<n>'],
    [['--shard', '3/2'], 'It must be <i>/<n>'],
    [['--shard', '2'], 'It must be <i>/<n>'],
    [['--model', ''], 'It must not be empty.'],
    [['--staged', '--base', 'main'], "option '--staged' cannot be used with option '--base <ref>'"],
    [['--quiet', '--verbose'], "option '--quiet' cannot be used with option '--verbose'"],
  ])('are refused as %j', (argv, message) => {
    expect(problemOf(...argv)).toContain(message)
  })

  it('say what they change in the configuration, and only those that were given', () => {
    const argv = [
      '--engine',
      'none',
      '--model',
      'm',
      '--base-url',
      'http://x',
      '--api-key-env',
      'K',
      '--seed',
      '7',
      '--pull',
      '--fail-on',
      'never',
      '--min-confidence',
      '.5',
      '--max-time',
      '1m',
    ]
    expect(configOverrides(parse('task', ...argv).flags)).toEqual([
      { path: 'engine.use', value: 'none', name: '--engine' },
      { path: 'engine.model', value: 'm', name: '--model' },
      { path: 'engine.baseUrl', value: 'http://x', name: '--base-url' },
      { path: 'engine.apiKeyEnv', value: 'K', name: '--api-key-env' },
      { path: 'engine.seed', value: 7, name: '--seed' },
      { path: 'models.autoPull', value: true, name: '--pull' },
      { path: 'review.failOn', value: 'never', name: '--fail-on' },
      { path: 'review.minConfidence', value: 0.5, name: '--min-confidence' },
      { path: 'review.maxTime', value: '1m', name: '--max-time' },
    ])
    expect(configOverrides(parse('task').flags)).toEqual([])
    expect([flagFor('models.autoPull'), flagFor('rules')]).toEqual(['--pull', undefined])
  })

  it('offer every engine that the configuration knows', () => {
    expect(engineKinds).toEqual(engineUses)
  })
})

describe('the flags of the program', () => {
  it('work before and after the command', () => {
    const expected = { directory: '/repository/a', explicitFile: 'x.yaml', quiet: false, verbose: true, color: false }
    for (const argv of [
      ['-C', 'a', '--config', 'x.yaml', '--verbose', '--no-color', 'task'],
      ['task', '-C', 'a', '--config', 'x.yaml', '--verbose', '--no-color'],
      ['-C', 'a', 'task', '--config=x.yaml', '--verbose', '--no-color', '--staged'],
    ]) {
      expect(globalFlags(parse(...argv).command, { cwd: '/repository' })).toEqual(expected)
    }
  })

  it('have defaults', () => {
    expect(globalFlags(parse('task').command, { cwd: '/repository' })).toEqual({
      directory: '/repository',
      explicitFile: undefined,
      quiet: false,
      verbose: false,
      color: true,
    })
  })
})

describe('the selector', () => {
  it.each([
    [[], { kind: 'uncommitted' }],
    [['--staged'], { kind: 'staged' }],
    [['--working'], { kind: 'working' }],
    [['--commit', 'HEAD~1'], { kind: 'commit', rev: 'HEAD~1' }],
    [['--base', 'main'], { kind: 'base', ref: 'main' }],
    [['--range', 'v1.0..feature/x'], { kind: 'range', from: 'v1.0', to: 'feature/x' }],
    [['--range', 'main..'], { kind: 'range', from: 'main', to: 'HEAD' }],
    [['--range', '..main'], { kind: 'range', from: 'HEAD', to: 'main' }],
    [['--patch', '-'], { kind: 'patch', source: '-' }],
    [['--patch', 'a.diff'], { kind: 'patch', source: 'a.diff' }],
  ])('of %j is %j', (argv, selector) => {
    expect(selectorFrom(parse('task', ...argv).command.opts())).toEqual(selector)
  })

  it.each(['main', '..', 'a...b', 'a..b..c', 'a....b'])('refuses the range %s', (range) => {
    expect(() => selectorFrom({ range })).toThrow(`--range ${range} is not <a>..<b>.`)
  })
})
