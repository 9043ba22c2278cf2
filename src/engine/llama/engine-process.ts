import { type ChildProcess, fork } from 'node:child_process'
import type { Socket } from 'node:net'
import { AppError } from '../../domain/errors.ts'
import { endingHint } from './ending-hint.ts'
import { type CallOptions, createLine, type ProcessRequest } from './line.ts'
import { processEntry } from './process-entry.ts'
import { processEnvironment } from './process-environment.ts'

/** A process of our own that the native library runs in. */
export interface EngineProcess {
  readonly pid: number | undefined
  isAlive(): boolean
  /** Rejects with the signal's reason as soon as it is aborted, and with `ENGINE_FAILED` when the process ends first. */
  call<Value>(request: ProcessRequest, options: CallOptions<Value>): Promise<Value>
  /** Ends it at once; what was asked and not answered fails with the reason. */
  kill(reason: AppError): Promise<void>
}

const keptComplaint = 4000

/** Starts the engine process. It keeps this one alive only while something is asked, and ends with it, however that ends. */
export function startEngineProcess(environment: Readonly<Record<string, string | undefined>>): EngineProcess {
  const child = fork(processEntry(), [], { env: processEnvironment(environment), execArgv: [], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  const complaint = collectComplaint(child)
  const line = createLine({
    send: (message) => {
      // Sending to a process that has just ended fails here, and tells of the end there.
      if (child.connected) child.send(message, () => {})
    },
    onWaiting: (isWaited) => keepAlive(child, isWaited),
    onHang: () => child.kill('SIGKILL'),
  })
  child.on('message', (raw) => line.receive(raw))
  child.once('error', (error) => {
    line.fail(new AppError('ENGINE_FAILED', `The engine process does not start: ${error.message}.`, { cause: error }))
  })
  const closed = new Promise<void>((resolve) => {
    child.once('close', (code, signal) => {
      const how = signal ?? `exit code ${code}`
      line.fail(new AppError('ENGINE_FAILED', `The engine process ended by ${how}${complaint()}.`, { hint: endingHint(how) }))
      resolve()
    })
  })
  keepAlive(child, false)
  return {
    pid: child.pid,
    isAlive: () => !line.isBroken(),
    call: (request, options) => line.call(request, options),
    kill: async (reason) => {
      line.fail(reason)
      child.ref()
      child.kill('SIGKILL')
      await closed
    },
  }
}

function keepAlive(child: ChildProcess, isNeeded: boolean): void {
  const verb = isNeeded ? 'ref' : 'unref'
  child[verb]()
  child.channel?.[verb]()
}

/** The last line that the native library or the runtime wrote before the end, for whoever has to find out why. */
function collectComplaint({ stderr }: ChildProcess): () => string {
  let text = ''
  stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    text = (text + chunk).slice(-keptComplaint)
  })
  ;(stderr as Socket | null)?.unref()
  return () => {
    const lines = text.split('\n').filter((line) => line.trim() !== '')
    const telling = lines.findLast((line) => /assert|error|failed/i.test(line)) ?? lines.at(-1)
    return telling === undefined ? '' : `: ${telling.trim().slice(0, 300)}`
  }
}
