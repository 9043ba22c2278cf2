import { execFileSync } from 'node:child_process'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'rolldown'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../helpers/temporary-folder.ts'

const root = join(import.meta.dirname, '../..')

it('finds its grammars from a bundle, which holds none of them', { timeout: 120_000 }, async () => {
  using folder = temporaryFolder()
  const entry = folder.write(
    'entry.ts',
    `import { symbolsOf } from ${JSON.stringify(join(root, 'src/syntax/symbols.ts'))}
     const found = await Promise.all([symbolsOf('function f() {}', 'a.ts'), symbolsOf('def g(): pass', 'a.py')])
     process.stdout.write(found.flat().map(({ name }) => name).join())`,
  )
  const dist = join(folder.path, 'dist')
  const { output } = await build({
    input: entry,
    platform: 'node',
    output: { dir: dist, format: 'esm', entryFileNames: '[name].js' },
    logLevel: 'warn',
  })
  expect(output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : [])).filter((id) => id.includes('node_modules'))).toEqual([])
  symlinkSync(join(root, 'node_modules'), join(folder.path, 'node_modules'))
  folder.write('package.json', '{"type":"module"}')
  expect(execFileSync(process.execPath, [join(dist, 'entry.js')], { encoding: 'utf8' })).toBe('f,g')
})
