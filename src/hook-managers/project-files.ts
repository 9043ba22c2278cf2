import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Place } from './place.ts'

/** The text of a file, or an empty one where there is none or it cannot be read. */
export function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '')
}

/** The first of these files of the repository that is there. */
export async function firstThere(place: Place, names: readonly string[]): Promise<string | null> {
  const texts = await Promise.all(names.map((name) => readFile(join(place.root, name)).catch(() => null)))
  return names.find((_name, index) => texts[index] !== null) ?? null
}

/** Whether package.json names a package as one that the project needs. */
export async function isDependency(place: Place, name: string): Promise<boolean> {
  const text = await textOf(join(place.root, 'package.json'))
  return new RegExp(`"${name}"\\s*:\\s*"[^"]*"`).test(text)
}
