import { Command } from 'commander'
import { addGlobalFlags } from '../../src/commands/flags.ts'
import { hookNames } from '../../src/commands/hooks/hook.ts'
import { runHook } from '../../src/commands/hooks/run-hook.ts'

/** Answers one hook, as a process of its own: the name of the hook, then what git hands it. */
const [given, ...args] = process.argv.slice(2)
const name = hookNames.find((known) => known === given)
if (name === undefined) throw new Error(`No hook is called ${given}.`)
const { stdin, stdout, stderr, env } = process
process.exitCode = await runHook({
  name,
  args,
  command: addGlobalFlags(new Command('agent')),
  context: { cwd: process.cwd(), environment: env, stdin, stdout, stderr, signal: new AbortController().signal },
})
