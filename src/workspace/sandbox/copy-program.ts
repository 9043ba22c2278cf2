import { access, chmod, copyFile, mkdir, realpath } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { runGroup } from '../../system/run-group.ts'
import type { SandboxSurroundings } from './provider.ts'

/** Copies a program of this machine below another root, with the shared libraries that it needs and that root does not have yet. */
export async function copyProgram(
  source: string,
  target: string,
  { root, surroundings }: { root: string; surroundings: SandboxSurroundings },
) {
  await copyInto(source, join(root, target))
  await chmod(join(root, target), 0o755)
  for (const library of await librariesOf(source, surroundings))
    if (!(await isThere(join(root, library)))) await copyInto(library, join(root, library))
}

/** Empty for a program that is linked statically. */
async function librariesOf(program: string, { environment: { PATH }, signal }: SandboxSurroundings): Promise<string[]> {
  const environment = { PATH: PATH || '/usr/bin:/bin', LC_ALL: 'C' }
  const { stdout } = await runGroup({ argv: ['ldd', program], directory: '/', environment, timeout: 10_000, maxOutput: 2 ** 16, signal })
  return librariesIn(stdout)
}

/** The files that `ldd` names. */
export function librariesIn(text: string): string[] {
  return [...text.matchAll(/^\s+(?:\S+ => )?(\/\S+) \(0x[\da-f]+\)$/gm)].map((match) => match[1] ?? '')
}

async function copyInto(source: string, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true })
  await copyFile(await realpath(source), target)
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
