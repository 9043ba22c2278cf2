import { ask } from '../../helpers/programs.ts'

/** A real llama-server of the machine; null where there is none. */
export function realServer(): string | null {
  const named = process.env.AGENT_TEST_LLAMA_SERVER
  if (named !== undefined) return ask(named, '--help') === null ? null : named
  const found = ask('sh', '-c', 'command -v llama-server')
  return found !== null && ask(found, '--help') !== null ? found : null
}
