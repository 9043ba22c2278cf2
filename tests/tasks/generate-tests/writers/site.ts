import type { Site, Unwritable, Written } from '../../../../src/tasks/generate-tests/writers/writer.ts'
import { writeTest } from '../../../../src/tasks/generate-tests/writers/write-test.ts'

type Part = Omit<Partial<Site>, 'target' | 'files'> & { source: string; sourcePath: string; files?: readonly string[]; about?: string }

/** Where a test is put: a file that is made, unless it says otherwise. */
export function siteOf({ source, sourcePath, about = 'clamp', files = [], ...more }: Part): Site {
  return {
    path: 'tests/clamp.test.ts',
    text: null,
    example: null,
    runner: 'vitest',
    taken: new Set(),
    ...more,
    target: { path: sourcePath, name: about, source },
    files: new Set([sourcePath, ...files]),
  }
}

/** The file that comes of an answer. */
export async function written(code: string, site: Site): Promise<Written> {
  const outcome = await writeTest(code, site)
  if ('filter' in outcome) throw new Error(outcome.reason)
  return outcome
}

/** Why an answer goes nowhere. */
export async function unwritable(code: string, site: Site): Promise<Unwritable> {
  const outcome = await writeTest(code, site)
  if ('text' in outcome) throw new Error(outcome.text)
  return outcome
}
