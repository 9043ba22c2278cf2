import { execFile } from 'node:child_process'
import { accessSync, constants, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import AjvDraft04 from 'ajv-draft-04'
import type { Log } from 'sarif'

const packages: Partial<Record<NodeJS.Platform, string>> = {
  linux: 'sarif-multitool-linux/Sarif.Multitool',
  darwin: 'sarif-multitool-darwin/Sarif.Multitool',
  win32: 'sarif-multitool-win32/Sarif.Multitool.exe',
}

const isWellFormedUri = (text: string) => !/[^\w\-.~:/?#[\]@!$&'()*+,;=%]|%(?![\dA-Fa-f]{2})/.test(text)
const ajv = new AjvDraft04.default({ strict: false, allErrors: true })
ajv.addFormat('uri', (text: string) => isWellFormedUri(text) && URL.canParse(text))
ajv.addFormat('uri-reference', isWellFormedUri)
ajv.addFormat('date-time', (text: string) => !Number.isNaN(Date.parse(text)))
const matchesSchema = ajv.compile(JSON.parse(readFileSync(join(import.meta.dirname, '../fixtures/sarif-schema-2.1.0.json'), 'utf8')))

/**
 * Holds SARIF texts against the standard's schema and against the official validator with its rules for SARIF and for GitHub. The
 * validator exits with 0 whatever it finds and reads what it cannot parse as empty, so its report is read and the schema comes first.
 */
export async function expectValidSarif(...texts: string[]): Promise<void> {
  for (const text of texts) {
    if (!matchesSchema(JSON.parse(text))) throw new Error(`Not valid by the schema: ${JSON.stringify(matchesSchema.errors, null, 2)}`)
  }
  const binary = multitool()
  const complaints = binary === null ? [] : await complaintsOf(binary, texts)
  if (complaints.length > 0) throw new Error(`Not clean for the SARIF validator:\n${complaints.join('\n')}`)
}

function multitool(): string | null {
  const file = packages[process.platform]
  const binary = file && join(import.meta.dirname, '../../node_modules/@microsoft', file)
  try {
    if (binary === undefined) throw new Error(`there is none for ${process.platform}`)
    accessSync(binary, constants.X_OK)
    return binary
  } catch (error) {
    if (process.env['CI'] === 'true') throw new Error('The SARIF validator is missing.', { cause: error })
    process.stderr.write(`The SARIF validator is skipped: ${error instanceof Error ? error.message : String(error)}\n`)
    return null
  }
}

async function complaintsOf(binary: string, texts: readonly string[]): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sarif-'))
  try {
    const files = texts.map((text, index) => {
      const file = join(folder, `report-${index}.sarif`)
      writeFileSync(file, text)
      return file
    })
    const output = join(folder, 'validation.json')
    const options = ['--rule-kind', 'Sarif;Ghas;Gh', '--level', 'Error;Warning', '--output', output, '--log', 'ForceOverwrite']
    await promisify(execFile)(binary, ['validate', ...files, ...options])
    const log = JSON.parse(readFileSync(output, 'utf8')) as Log
    return log.runs.flatMap(({ results = [], invocations = [] }) => [
      ...results
        .filter(({ level }) => level !== 'note' && level !== 'none')
        .map((result) => JSON.stringify([result.ruleId, result.message, result.locations])),
      ...invocations.filter(({ executionSuccessful }) => !executionSuccessful).map((invocation) => JSON.stringify(invocation)),
    ])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
