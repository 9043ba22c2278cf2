import { randomUUID } from 'node:crypto'
import { appendFile } from 'node:fs/promises'
import { commandData } from '../domain/trust-github.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** GitHub refuses a summary beyond 1 MiB as a whole. */
const maxSummaryBytes = 2 ** 20

/** Sets outputs of the step. What ends a value is random, so that no value can end itself and set another output. */
export async function setOutputs(outputs: Readonly<Record<string, string>>, { GITHUB_OUTPUT }: Environment): Promise<void> {
  if (!GITHUB_OUTPUT) return
  const entries = Object.entries(outputs).map(([name, value]) => {
    const end = `end-${randomUUID()}`
    return `${name}<<${end}\n${value}\n${end}\n`
  })
  await appendFile(GITHUB_OUTPUT, entries.join(''))
}

/** Adds to the summary of the step. What does not fit is left out, because it would take the rest with it. */
export async function addSummary(text: string, { GITHUB_STEP_SUMMARY }: Environment): Promise<void> {
  if (GITHUB_STEP_SUMMARY && Buffer.byteLength(text) < maxSummaryBytes) await appendFile(GITHUB_STEP_SUMMARY, text)
}

/** The command that has the runner print stars in place of a text. */
export const maskCommand = (secret: string): string => `::add-mask::${commandData(secret)}\n`
