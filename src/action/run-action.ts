import { printError } from '../commands/print-error.ts'
import { AppError, type ExitCode, exitCodes } from '../domain/errors.ts'
import { commandData, commandProperty, guardCommands } from '../domain/trust-github.ts'
import { fencedBlock } from '../domain/trust-markdown.ts'
import { forgetSecrets } from './child-environment.ts'
import { secretsIn } from './inputs.ts'
import { openGuardedLog } from './log.ts'
import { prepareJob } from './job.ts'
import { type JobResult, runJob } from './run-job.ts'
import { addSummary, maskCommand, setOutputs } from './runner-files.ts'

/** As much of a process as the Action uses. */
export interface ActionHost {
  /** What is secret in it is taken out. */
  environment: Record<string, string | undefined>
  write(text: string): unknown
  signal: AbortSignal
}

/** Runs the Action to its end, sets its outputs and returns the exit code of the contract. Never throws. */
export async function runAction({ environment, write, signal }: ActionHost): Promise<ExitCode> {
  for (const secret of secretsIn(environment)) write(maskCommand(secret))
  const given = { ...environment }
  forgetSecrets(environment)
  const result = await perform(given, { write, signal })
  const code = signal.aborted ? interruptionOf(signal) : result.code
  const reason = reasonOf(code)
  if (result.complaint !== null) write(`::error title=${commandProperty(`agent: ${reason}`)}::${commandData(result.complaint)}\n`)
  await tellRunner({ ...result, reason }, given).catch((error: unknown) => tell(error, write))
  write(`agent: ${reason} (exit code ${code})\n`)
  return code
}

async function perform(environment: ActionHost['environment'], { write, signal }: Omit<ActionHost, 'environment'>): Promise<JobResult> {
  const log = openGuardedLog(write)
  try {
    return await runJob(await prepareJob(environment, { log, signal }), write)
  } catch (error) {
    const [code, message] = [tell(error, (text) => log.write(text)), error instanceof AppError ? error.message : String(error)]
    return { code, outputs: {}, summary: '', complaint: signal.aborted ? null : message }
  } finally {
    log.close()
  }
}

async function tellRunner(
  { outputs, summary, complaint, reason }: JobResult & { reason: string },
  files: ActionHost['environment'],
): Promise<void> {
  await setOutputs({ findings: '', 'highest-severity': '', sarif: '', report: '', ...outputs, 'exit-reason': reason }, files)
  const failure = complaint === null ? '' : `## agent: ${reason}\n\n${guardCommands(fencedBlock(complaint))}\n\n`
  await addSummary(failure + summary, files)
}

const tell = (error: unknown, write: (text: string) => unknown) => printError(error, { write, color: false, verbose: false })

const reasonOf = (code: ExitCode) => Object.entries(exitCodes).find(([, value]) => value === code)?.[0] ?? 'failure'

/** Aborted by a signal, or by what nobody has caught. */
const interruptionOf = ({ reason }: AbortSignal): ExitCode =>
  Object.values(exitCodes).find((code) => code === reason) ?? exitCodes.interrupted
