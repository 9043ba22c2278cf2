import { lstat, mkdir } from 'node:fs/promises'
import { join } from 'node:path'

interface PlainFolderOptions {
  /** Makes what is missing. */
  make?: boolean
}

/**
 * Whether this posix path names a folder below the root, reached without a link. A command may have put a link anywhere, so this holds only
 * as long as none runs.
 */
export async function isPlainFolder(root: string, path: string, { make = false }: PlainFolderOptions = {}): Promise<boolean> {
  const names = path.split('/').filter((name) => name !== '' && name !== '.')
  if (path.startsWith('/') || path.includes('\0') || names.includes('..')) return false
  let folder = root
  for (const name of names) {
    folder = join(folder, name)
    const found = await lstat(folder).catch(() => null)
    if (found === null && make) await mkdir(folder).catch(() => {})
    const isFolder = found?.isDirectory() ?? (make && (await lstat(folder).catch(() => null))?.isDirectory() === true)
    if (!isFolder) return false
  }
  return true
}
