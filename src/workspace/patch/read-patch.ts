import { createReadStream } from 'node:fs'
import { resolve } from 'node:path'
import { addAbortSignal, type Readable } from 'node:stream'
import type { Change, ChangedFile } from '../../domain/change.ts'
import { AppError } from '../../domain/errors.ts'
import { describeBytes } from '../describe-bytes.ts'
import { replaceContent } from '../diff/replace-content.ts'
import { readPatchFile } from './patch-file.ts'
import { isEmptyCommit, splitPatch } from './patch-sections.ts'
import { comparePaths } from '../path-bytes.ts'
import type { PathSelection } from '../select-paths.ts'
import { defaultLimits, type ReadChangeOptions } from '../workspace.ts'

type PatchOptions = Pick<ReadChangeOptions, 'stdin' | 'signal' | 'limits'> & { directory: string }

/** Reads a change from a patch: a file, relative to the directory of the user, or `-` for standard input. */
export async function readPatch(source: string, selection: PathSelection, options: PatchOptions): Promise<Change> {
  const { limits = defaultLimits } = options
  const bytes = await readSource(source, options)
  const all = parsePatchFiles(bytes, limits.fileBytes)
  await selection.requireKnown(all, async () => [])
  const files = all.filter((file) => selection.includes(file))
  const description = source === '-' ? 'patch from standard input' : `patch ${source}`
  return { description, old: { kind: 'patch' }, new: { kind: 'patch' }, files }
}

/** The files of a patch, by path. Throws `PATCH_INVALID` for what is no patch, or not all of one. */
export function parsePatchFiles(bytes: Buffer, maxFileBytes: number): ChangedFile[] {
  const lines = unixLines(decode(bytes).toString('latin1'))
  const sections = splitPatch(lines)
  if (sections.length === 0 && lines.some((line) => line.trim() !== '') && !isEmptyCommit(lines)) {
    throw new AppError('PATCH_INVALID', 'The patch holds no diff.', {
      hint: 'Give the output of `git diff`, `git format-patch` or `diff -u`.',
    })
  }
  const files: ChangedFile[] = []
  for (const section of sections) {
    const file = readPatchFile(section, maxFileBytes)
    const previous = files.at(-1)
    if (previous && isTypeChange(previous, file)) files[files.length - 1] = joinTypeChange(previous, file)
    else files.push(file)
  }
  requireOnce(files)
  return files.toSorted((a, b) => comparePaths(a.path, b.path))
}

/** Git shows a file that became a link, or the other way round, as one that goes and one that comes. */
const isTypeChange = (gone: ChangedFile, come: ChangedFile) =>
  gone.path === come.path && gone.status === 'deleted' && come.status === 'added'

function joinTypeChange(gone: ChangedFile, come: ChangedFile): ChangedFile {
  return {
    ...come,
    status: 'type-changed',
    oldMode: gone.oldMode,
    removedLines: gone.removedLines,
    omitted: gone.omitted ?? come.omitted,
    ...replaceContent(gone, come),
  }
}

function requireOnce(files: readonly ChangedFile[]): void {
  const paths = new Set<string>()
  for (const { path } of files) {
    if (paths.has(path)) {
      throw new AppError('PATCH_INVALID', `The patch changes ${path} more than once.`, {
        hint: 'A series of commits is read as one change: give `git diff <first>^ <last>` instead of several patches.',
      })
    }
    paths.add(path)
  }
}

/** A patch whose own lines end in CRLF was converted on its way; one carriage return of each line is not part of it. */
function unixLines(text: string): string[] {
  const lines = text.split('\n')
  const isConverted =
    lines.some((line) => /^(diff --git |\+\+\+ |@@ -).*\r$/.test(line)) &&
    !lines.some((line) => /^(diff --git |\+\+\+ ).*[^\r]$/.test(line))
  const converted = isConverted ? lines.map((line) => line.replace(/\r$/, '')) : lines
  return converted.at(-1) === '' ? converted.slice(0, -1) : converted
}

/** PowerShell writes what it redirects as UTF-16. */
function decode(bytes: Buffer): Buffer {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return Buffer.from(bytes.subarray(2).toString('utf16le'), 'utf8')
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes
}

async function readSource(source: string, { directory, stdin, signal, limits = defaultLimits }: PatchOptions): Promise<Buffer> {
  const stream = source === '-' ? stdin : createReadStream(resolve(directory, source))
  if (!stream)
    throw new AppError('USAGE_INVALID', 'There is no standard input to read the patch from.', { hint: 'Give a file: --patch <file>' })
  signal.throwIfAborted()
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of addAbortSignal(signal, stream as Readable)) {
      chunks.push(Buffer.from(chunk as Uint8Array))
      size += (chunk as Uint8Array).length
      if (size > limits.totalBytes) break
    }
  } catch (cause) {
    signal.throwIfAborted()
    throw new AppError('PATCH_INVALID', `The patch cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`, { cause })
  }
  if (size > limits.totalBytes) {
    throw new AppError('PATCH_INVALID', `The patch is larger than ${describeBytes(limits.totalBytes)}.`, { hint: 'Give it in parts.' })
  }
  return Buffer.concat(chunks)
}
