import type { TemporaryRepository } from './git-repository.ts'

/** One file of a pull request as git itself tells of it. Nothing here uses the parser of the product. */
export interface FakeFile {
  path: string
  oldPath: string | null
  status: 'added' | 'removed' | 'modified' | 'renamed'
  patch: string
  additions: number
  deletions: number
}

/** Between which lines of a side a hunk lies. */
interface Span {
  first: number
  last: number
}

const names = { A: 'added', D: 'removed', M: 'modified', R: 'renamed', T: 'modified', C: 'added' } as const

export function wholeDiff(repository: TemporaryRepository, base: string, head: string): Buffer {
  return repository.gitBytes(['diff', '--no-color', '--no-ext-diff', '-M', '-U3', `${base}...${head}`])
}

export function filesOf(repository: TemporaryRepository, base: string, head: string): FakeFile[] {
  const fields = repository.git('diff', '--name-status', '-z', '-M', `${base}...${head}`).split('\0')
  const files: FakeFile[] = []
  while (fields.length > 1) {
    const letter = fields.shift()!.charAt(0) as keyof typeof names
    const oldPath = letter === 'R' || letter === 'C' ? fields.shift()! : null
    const path = fields.shift()!
    const text = repository.git('diff', '--no-color', '-M', '-U3', `${base}...${head}`, '--', ...(oldPath === null ? [] : [oldPath]), path)
    const start = text.search(/^@@/m)
    const patch = start === -1 ? '' : text.slice(start).replace(/\n$/, '')
    const count = (sign: string) => patch.split('\n').filter((line) => line.startsWith(sign)).length
    files.push({ path, oldPath, status: names[letter], patch, additions: count('+'), deletions: count('-') })
  }
  return files
}

/** Whether all lines from one to another stand in one hunk of this side, as GitHub wants it. */
export function areInDiff(patch: string, side: 'LEFT' | 'RIGHT', first: number, last: number): boolean {
  return spansOf(patch, side).some((span) => span.first <= first && first <= last && last <= span.last)
}

function spansOf(patch: string, side: 'LEFT' | 'RIGHT'): Span[] {
  return [...patch.matchAll(/^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/gm)].map(
    ([, oldStart, oldCount = '1', newStart, newCount = '1']) => {
      const [start, count] = side === 'LEFT' ? [Number(oldStart), Number(oldCount)] : [Number(newStart), Number(newCount)]
      return { first: start, last: start + count - 1 }
    },
  )
}
