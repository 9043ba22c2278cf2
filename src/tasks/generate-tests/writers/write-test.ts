import { type Language, languageOf } from '../../../syntax/language.ts'
import { writeGo } from './go.ts'
import { writeJava } from './java.ts'
import { writePython } from './python.ts'
import { writeRust } from './rust.ts'
import { writeScript } from './script.ts'
import { isWritten, type Site, type Unwritable, type Writer, type Written } from './writer.ts'

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
  const text = site.text
  if (text === null || !isOfWindows(text)) return write(code, site)
  const written = await write(code, { ...site, text: text.replaceAll('\r\n', '\n') })
  return isWritten(written) ? { ...written, text: written.text.replaceAll('\n', '\r\n') } : written
}

/** Whether every line of a file ends as on Windows, so that new ones have to. */
const isOfWindows = (text: string) => text.includes('\r\n') && !/(?<!\r)\n/.test(text)
