import { type Language, languageOf } from '../../../syntax/language.ts'
import { writeGo } from './go.ts'
import { writeJava } from './java.ts'
import { writePython } from './python.ts'
import { writeRust } from './rust.ts'
import { writeScript } from './script.ts'
import type { Site, Unwritable, Writer, Written } from './writer.ts'

const writers: Readonly<Partial<Record<Language, Writer>>> = {
  go: writeGo,
  java: writeJava,
  javascript: writeScript,
  python: writePython,
  rust: writeRust,
  tsx: writeScript,
  typescript: writeScript,
}

/** Whether tests of a file can be written. */
export const isWritable = (path: string): boolean => {
  const language = languageOf(path)
  return language !== null && writers[language] !== undefined
}

/** Puts what a model wrote into its test file. */
export async function writeTest(code: string, site: Site): Promise<Written | Unwritable> {
  const language = languageOf(site.path)
  const write = language && writers[language]
  if (!write) return { filter: 'answer', reason: `Tests cannot be written into ${site.path}.`, feedback: '' }
  return write(code, site)
}
