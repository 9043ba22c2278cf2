import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { SandboxSurroundings } from './provider.ts'

/** Where version managers and package managers keep what they have installed, by the variable that says so. */
const homes: Readonly<Record<string, string>> = {
  ASDF_DATA_DIR: '.asdf',
  CARGO_HOME: '.cargo',
  GOMODCACHE: 'go/pkg/mod',
  PYENV_ROOT: '.pyenv',
  RUSTUP_HOME: '.rustup',
  VOLTA_HOME: '.volta',
}

/** What a `cargo` or `node` of a home folder needs to find itself where `HOME` is another folder. Only what is there is told. */
export async function toolchainHomes({ environment }: Pick<SandboxSurroundings, 'environment'>): Promise<Record<string, string>> {
  const { HOME } = environment
  const found: Record<string, string> = {}
  for (const [name, usual] of Object.entries(homes)) {
    const path = environment[name] || (HOME ? join(HOME, usual) : '')
    if (path !== '' && (await isFolder(path))) found[name] = path
  }
  return found
}

const isFolder = (path: string) =>
  stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  )
