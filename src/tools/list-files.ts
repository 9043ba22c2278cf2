import { z } from 'zod'
import { formatCount, plural } from '../domain/plural.ts'
import { terminalLine } from '../domain/trust-terminal.ts'
import { pathFilter } from './path-filter.ts'
import { defineTool } from './tool.ts'

const maxEntries = 200

export const listFiles = defineTool({
  name: 'list_files',
  description: `List the files that git tracks or does not ignore. More than ${maxEntries} are counted by folder instead.`,
  effect: 'read',
  input: z.strictObject({
    folder: z.string().default('.').describe('Folder relative to the root of the repository; "." is the root'),
    glob: z.string().default('').describe('Only paths that match, such as "*.ts" or "src/**/*.test.js"; empty for all'),
  }),

  async run({ folder, glob }, { checkout, signal }) {
    signal.throwIfAborted()
    const isWanted = pathFilter({ folder, glob })
    const paths = (await checkout.list(folder)).filter(isWanted)
    const place = folder === '.' ? 'the repository' : terminalLine(folder)
    if (paths.length === 0)
      return { text: glob === '' ? `There are no files in ${place}.` : `No file in ${place} matches ${terminalLine(glob)}.` }
    const entries = summarised(paths)
    const isWhole = entries.length === paths.length
    const head = `${plural(paths.length, 'file')} in ${place}${isWhole ? ':' : ', by folder. To see more of one, name it as folder:'}`
    return { text: [head, ...entries.map(terminalLine)].join('\n') }
  },
})

/** The deepest level at which everything fits: files, or folders with the number of files in them. */
function summarised(paths: readonly string[]): string[] {
  if (paths.length <= maxEntries) return [...paths]
  let best = atDepth(paths, 1)
  for (let depth = 2; ; depth++) {
    const entries = atDepth(paths, depth)
    if (entries.length > maxEntries || entries.length === best.length) break
    best = entries
  }
  const rest = best.length - maxEntries
  return rest > 0 ? [...best.slice(0, maxEntries), `… and ${formatCount(rest)} more`] : best
}

function atDepth(paths: readonly string[], depth: number): string[] {
  const counts = new Map<string, number>()
  for (const path of paths) {
    const segments = path.split('/')
    const entry = segments.length > depth ? `${segments.slice(0, depth).join('/')}/` : path
    counts.set(entry, (counts.get(entry) ?? 0) + 1)
  }
  return Array.from(counts, ([entry, count]) => (entry.endsWith('/') ? `${entry} (${plural(count, 'file')})` : entry))
}
