import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { z } from 'zod'
import { AppError } from '../domain/errors.ts'
import { type Report, reportSchema } from '../domain/report.ts'

const writeOne = 'Write one with `agent review --format json --output <file>`.'
/** What every version of a report has. */
const versionedSchema = z.looseObject({ schemaVersion: z.number(), tool: z.looseObject({ name: z.literal('coding-agent') }) })

/** Reads a JSON report that a user names, relative to a folder, and says what is wrong with it where it is none. */
export async function readReport(name: string, directory: string): Promise<Report> {
  const text = await readFile(resolve(directory, name), 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new AppError('REPORT_INVALID', `The report ${name} ${unreadable(error)}.`, { cause: error, hint: hintFor(name, error) })
  })
  const value = jsonOf(text, name)
  const { data, error } = reportSchema.safeParse(value)
  if (data) return data
  const version = versionedSchema.safeParse(value).data?.schemaVersion
  if (version !== undefined && version > 1) {
    throw new AppError('REPORT_INVALID', `${name} has version ${version} of the report, and this agent reads version 1.`, {
      hint: 'Use the same version of agent everywhere.',
    })
  }
  const [issue] = error.issues
  const place = issue && issue.path.length > 0 ? ` at ${issue.path.join('.')}` : ''
  throw new AppError('REPORT_INVALID', `${name} is not a report of agent: ${issue?.message ?? 'it does not fit the schema'}${place}.`, {
    cause: error,
    hint: writeOne,
  })
}

const unreadable = ({ code, message }: NodeJS.ErrnoException) => (code === 'ENOENT' ? 'is not there' : `cannot be read: ${message}`)

function hintFor(name: string, { code }: NodeJS.ErrnoException): string {
  if (code !== 'ENOENT') return writeOne
  return /[*?]/.test(name) ? 'No file fits the pattern. Look at where the reports were written to.' : 'Check its path.'
}

function jsonOf(text: string, name: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    const what = text.trim() === '' ? 'is empty' : 'is not valid JSON; it may be cut off'
    throw new AppError('REPORT_INVALID', `The report ${name} ${what}.`, { cause: error, hint: writeOne })
  }
}
