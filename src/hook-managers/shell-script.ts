import { hookNames, type FileEdit, type HookName, type InstalledHook, type RecordedProgram } from './hook-manager.ts'
import { asBytes, editOf, type OwnFile, readOwnFile } from './own-file.ts'
import { findPart, putPart, removePart } from './part.ts'
import type { Place } from './place.ts'
import { aroundLines } from './script.ts'

interface AroundOptions {
  hook: HookName
  rest: string
  recorded?: RecordedProgram | null
}

const note = '`agent hooks uninstall` takes this out; the rest of the file runs first'

/** A script of shell with our part at its top, below the line that names its interpreter. */
export function withAround(text: string | null, options: AroundOptions): string {
  const [firstLine = ''] = /^#![^\n]*\n?/.exec(text ?? '') ?? []
  // Whatever the line ends of the script are: with a carriage return no shell would read ours.
  return putPart(text, { hook: options.hook, lines: asBytes(aroundLines(options)), at: firstLine.length, note, lineEnd: '\n' })
}

/** Our part out of every script, without the file where it was made for us. */
export async function withoutParts(place: Place, pathOf: (hook: HookName) => string, hooks: readonly HookName[]): Promise<FileEdit[]> {
  const edits: FileEdit[] = []
  for (const hook of hooks) {
    const file = await readScript(place, pathOf(hook))
    if (file?.text != null) edits.push(...editOf(file, removePart(file.text, hook)))
  }
  return edits
}

/** The hooks whose script has our part. */
export async function scriptsWithPart(place: Place, pathOf: (hook: HookName) => string): Promise<InstalledHook[]> {
  const files = await Promise.all(hookNames.map(async (hook) => ({ hook, file: await readScript(place, pathOf(hook)) })))
  return files.flatMap(({ hook, file }) => {
    const part = file?.text == null ? null : findPart(file.text, hook)
    return part && file ? [{ hook, file: file.path, script: Buffer.from(part.body, 'latin1').toString('utf8') }] : []
  })
}

/** What cannot be written to has no part of ours. */
function readScript(place: Place, path: string): Promise<OwnFile | null> {
  return readOwnFile(place, path).catch(() => null)
}
