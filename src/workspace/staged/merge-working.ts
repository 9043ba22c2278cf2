import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Git } from '../git.ts'
import { looksBinary } from '../looks-binary.ts'

/** A file on disk, what it would be if all of it were staged, and what that becomes. */
export interface Versions {
  working: Buffer
  base: Buffer
  fixed: Buffer
}

interface Merging {
  git: Git
  /** A folder to work in. */
  scratch: string
}

/**
 * Makes the change from `base` to `fixed`, and no other, to the file on disk; null where its own changes are in the same lines. A merge
 * of three versions, since a patch looks for its place by its context, which may stand in two places; a common base says which is meant.
 */
export async function mergeWorking(versions: Versions, merging: Merging): Promise<Buffer | null> {
  const { working, base, fixed } = versions
  if (working.equals(base)) return fixed
  if (Object.values(versions).some(looksBinary)) return null
  const merged = await mergeLines(versions, merging)
  if (merged) return merged
  // An editor may have written other line endings than git would, in every line.
  const other = otherLineEnd(base, fixed)
  return other && mergeLines({ working, ...other }, merging)
}

/** The two versions with the other kind of line ends, if both have one kind throughout, and the same. */
function otherLineEnd(base: Buffer, fixed: Buffer): Omit<Versions, 'working'> | null {
  const texts = [base, fixed].map((bytes) => bytes.toString('latin1')) as [string, string]
  const convert = (pattern: RegExp, end: string) => {
    const [baseText, fixedText] = texts.map((text) => Buffer.from(text.replaceAll(pattern, end), 'latin1')) as [Buffer, Buffer]
    return { base: baseText, fixed: fixedText }
  }
  if (texts.every((text) => !text.includes('\r'))) return convert(/\n/g, '\r\n')
  return texts.every((text) => !/(?<!\r)\n|\r(?!\n)/.test(text)) ? convert(/\r\n/g, '\n') : null
}

async function mergeLines({ working, base, fixed }: Versions, { git, scratch }: Merging): Promise<Buffer | null> {
  const files: string[] = []
  for (const [name, bytes] of Object.entries({ working, base, fixed })) {
    const file = join(scratch, `merge-${name}`)
    await writeFile(file, bytes)
    files.push(file)
  }
  const { code, stdout } = await git.run(['merge-file', '--stdout', '--quiet', ...files])
  // As many as there are conflicts, or more for what is no text.
  return code === 0 ? stdout : null
}
