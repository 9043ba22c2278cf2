import { InvalidArgumentError, Option } from 'commander'
import { parseTimeout, timeoutExamples } from '../domain/quantity.ts'
import type { RegisterCommand } from './command.ts'
import { filled, timeLimit, wholeNumber } from './flag-values.ts'
import { engineKinds } from './flags.ts'

export const benchFormats = ['pretty', 'markdown', 'json'] as const

const defaults = { tokens: 150, maxTime: '15m' }

/** `agent bench`. */
export const registerBench: RegisterCommand = (program, context, finish) => {
  program
    .command('bench')
    .summary('say how fast the model runs here')
    .description(
      `Measures how fast the model runs on this machine: loading, reading a prompt, the first token with a new and with a known beginning, one and several
requests at once, and what a reply of ${defaults.tokens} tokens takes. Sends code of its own making only.`.replaceAll('\n', ' '),
    )
    .optionsGroup('Model:')
    .addOption(new Option('--engine <kind>', 'who answers').choices(engineKinds))
    .addOption(new Option('--model <model>', 'a name, a path of a GGUF file or hf:<owner>/<repository>/<file>').argParser(filled))
    .addOption(new Option('--base-url <url>', 'address of an OpenAI-compatible server').argParser(filled))
    .addOption(new Option('--api-key-env <name>', 'variable that holds its key').argParser(filled))
    .addOption(new Option('--seed <n>', 'seed of every request').argParser(wholeNumber({ from: 0, to: 0xffff_ffff })))
    .option('--pull', 'allow the download of a missing model')
    .addOption(new Option('--against <url>', 'measure this server too, in turns with the model; no key is sent to it').argParser(filled))
    .addOption(new Option('--against-model <name>', 'which of its models; else its first').argParser(filled))
    .optionsGroup('Measurement:')
    .addOption(new Option('--tokens <n>', 'length of a reply').argParser(wholeNumber({ from: 8, to: 4096 })).default(defaults.tokens))
    .addOption(
      new Option('--runs <n>', 'replies that are measured (default: 20, with --quick 5)').argParser(wholeNumber({ from: 1, to: 1000 })),
    )
    .option('--quick', 'fewer of everything: a first impression')
    .addOption(
      new Option(
        '--goal <duration>',
        'what 95 of 100 replies keep to; missing it ends in exit code 1 (else compared with 800ms)',
      ).argParser(duration),
    )
    .addOption(new Option('--max-time <duration>', 'stop measuring after this time').argParser(timeLimit).default(defaults.maxTime))
    .optionsGroup('Result:')
    .addOption(new Option('--format <format>', 'what is printed').choices(benchFormats).default('pretty'))
    .addOption(new Option('--output <file>', 'write it to a file instead').argParser(filled))
    .addHelpText(
      'after',
      '\nExit codes: 0 measured, 1 the goal of --goal was missed, 3 the model cannot be asked, 4 the time was up too early.',
    )
    .action(async (_flags: unknown, command) => {
      const { runBench } = await import('./run-bench.ts')
      finish(await runBench(command, context))
    })
}

function duration(text: string): number {
  const milliseconds = parseTimeout(text)
  if (milliseconds !== undefined) return milliseconds
  throw new InvalidArgumentError(`It must be ${timeoutExamples}.`)
}
