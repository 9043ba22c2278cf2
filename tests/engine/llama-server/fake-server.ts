import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ServerOptions } from '../../../src/engine/llama-server/server-options.ts'
import type { ScriptedMode } from '../../helpers/scripted-modes.ts'
import { tinyMoe } from '../../helpers/local-models.ts'
import { type TemporaryFolder, temporaryFolder } from '../../helpers/temporary-folder.ts'
import { localOptions } from '../llama/local-options.ts'

/** How one start of it goes. */
interface Mood {
  /** Writes megabytes of anything first. */
  garbage?: boolean
  /** Ends with this line in its log. */
  failsToLoad?: string
  /** The port that it is told to take has been taken by somebody else. */
  takenPort?: boolean
  /** Does not say which port the system gave it. */
  hidesPort?: boolean
  neverListens?: boolean
  /** Listens late, and says so. */
  listenMs?: number
  /** Says 503 for so long. */
  loadMs?: number
  /** What it says instead. */
  health?: number
  /** Breaks the connection when it is asked what it has loaded. */
  breaksProps?: boolean
  crashesOnChat?: boolean
  hangsOnChat?: boolean
  mode?: ScriptedMode
}

export interface Behaviour {
  help: string
  version: string
  devices: string
  props: unknown
  isOld: boolean
  /** Of each start; the last one goes on. */
  moods: readonly Mood[]
}

/** What it was started with. */
export interface Start {
  pid: number
  args: readonly string[]
  environment: NodeJS.ProcessEnv
}

export interface FakeServer extends TemporaryFolder {
  /** Of the program. */
  readonly program: string
  /** With the program on PATH. */
  readonly environment: NodeJS.ProcessEnv
  starts(): Start[]
}

/** Options as llama-server's help lists them; the text beside them is left out. */
export const knownFlags = [
  '-m,    --model FNAME                    model path to load',
  '--host HOST',
  '--port PORT',
  '-c,    --ctx-size N',
  '-np,   --parallel N',
  '-t,    --threads N',
  '-tb,   --threads-batch N',
  '-ngl,  --gpu-layers, --n-gpu-layers N',
  '-dev,  --device <dev1,dev2,..>',
  '--list-devices                          print list of available devices and exit',
  '-ncmoe, --n-cpu-moe N',
  '-ts,   --tensor-split N0,N1,N2,...',
  '--spec-type none,draft-mtp',
  '--spec-draft-n-max N',
  '-fit,  --fit [on|off]',
  '-kvu,  --kv-unified, -no-kvu, --no-kv-unified',
  '-cram, --cache-ram N',
  '-b,    --batch-size N',
  '--jinja, --no-jinja',
  '--ui,  --webui, --no-ui, --no-webui',
  '--slots, --no-slots',
  '--offline',
  '--context-shift, --no-context-shift',
  '--api-key KEY                           API key to use for authentication',
  '                                        (env: LLAMA_API_KEY)',
]

/** Puts a llama-server into a folder of its own that behaves as it is told. */
export function fakeServer(behaviour: Partial<Behaviour> = {}): FakeServer {
  const whole: Behaviour = {
    help: knownFlags.join('\n'),
    version: 'version: 9999 (abcdef0)',
    devices: '  (none)',
    props: { default_generation_settings: { n_ctx: 4096 }, total_slots: 1, chat_template_caps: { supports_tools: true } },
    isOld: false,
    moods: [{}],
    ...behaviour,
  }
  const folder = temporaryFolder({
    'starts.jsonl': '',
    '--help': whole.help,
    '--version': whole.version,
    '--list-devices': `Available devices:\n${whole.devices}\n`,
  })
  const path = join(folder.path, 'llama-server')
  const code = fileURLToPath(new URL('./fake-llama-server.ts', import.meta.url))
  writeFileSync(join(folder.path, 'behaviour.json'), JSON.stringify(whole))
  // What it is asked before it is started is answered without a start of Node.
  const script = `case "$1" in --help|--version|--list-devices) exec cat "$(dirname "$0")/$1";; esac`
  writeFileSync(path, `#!/bin/sh\n${script}\nexec '${process.execPath}' '${code}' "$0" "$@"\n`)
  chmodSync(path, 0o755)
  return {
    ...folder,
    program: path,
    environment: { ...process.env, PATH: `${folder.path}:${process.env.PATH}` },
    starts() {
      const lines = readFileSync(join(folder.path, 'starts.jsonl'), 'utf8').split('\n')
      return lines.filter(Boolean).map((line) => JSON.parse(line) as Start)
    },
    [Symbol.dispose]: folder[Symbol.dispose],
  }
}

/** Options for a tiny model on a machine with enough memory. */
export function serverOptions(environment: NodeJS.ProcessEnv, more: Partial<ServerOptions> = {}): ServerOptions {
  return { ...localOptions(tinyMoe()), environment, contextTokens: 4096, userAgent: 'coding-agent/test', freeRam: () => 2 ** 33, ...more }
}
