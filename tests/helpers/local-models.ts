import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeScriptedMoe, type Script } from '../../scripts/make-scripted-moe.ts'
import { makeTinyMoe, type TinyMoeOptions } from '../../scripts/make-tiny-moe.ts'

const scripts = join(import.meta.dirname, '../../scripts')

/** Path of a tiny model of random weights; made once per machine. */
export function tinyMoe(options: Partial<TinyMoeOptions> = {}): string {
  const recipe = { seed: 1, ...options }
  return made({ tiny: recipe }, (path) => makeTinyMoe(recipe, path))
}

/** Path of a model that says what the script says; made once per machine. */
export function scriptedMoe(script: Script): string {
  return made({ scripted: script }, (path) => makeScriptedMoe(script, path))
}

/** The name of the file says everything it was made from, so a file that is there is the right one. */
function made(recipe: unknown, make: (path: string) => void): string {
  const hash = createHash('sha256').update(JSON.stringify(recipe))
  for (const file of globSync('{make-*,gguf/*}', { cwd: scripts }).toSorted()) hash.update(file).update(readFileSync(join(scripts, file)))
  const path = join(tmpdir(), 'coding-agent-test-models', `${hash.digest('hex').slice(0, 32)}.gguf`)
  if (!existsSync(path)) make(path)
  return path
}
