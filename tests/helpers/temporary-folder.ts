import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

export interface TemporaryFolder {
  readonly path: string
  write(name: string, content: string | Uint8Array): string
  [Symbol.dispose](): void
}

/** A folder of real files that is gone when the test is. */
export function temporaryFolder(files: Readonly<Record<string, string | Uint8Array>> = {}): TemporaryFolder {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'agent-folder-')))
  const write = (name: string, content: string | Uint8Array) => {
    const file = join(path, name)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, content)
    return file
  }
  for (const [name, content] of Object.entries(files)) write(name, content)
  return { path, write, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}
