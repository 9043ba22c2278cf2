import type { ChangedFile } from '../../domain/change.ts'
import { conventionalTypes } from '../../domain/commit-message-rules.ts'
import type { FileFacts } from './facts.ts'
import type { FileRole } from './file-role.ts'

const typesByRole: Readonly<Record<FileRole, readonly string[]>> = {
  source: ['feat', 'fix', 'refactor', 'perf', 'style', 'chore'],
  test: ['test'],
  docs: ['docs'],
  ci: ['ci'],
  build: ['build', 'chore'],
  settings: ['chore', 'build'],
  generated: ['chore', 'build'],
}

/** The types of a project that a change can have. Where the paths alone decide, there is one. Never empty. */
export function chooseTypes(files: readonly FileFacts[], projectTypes: readonly string[]): readonly string[] {
  const fitting = typesFor(files)
  // Types that only this project has may be for anything but the clear cases.
  const own = isClear(fitting) ? [] : projectTypes.filter((type) => !(conventionalTypes as readonly string[]).includes(type))
  const chosen = projectTypes.filter((type) => fitting.includes(type) || own.includes(type))
  const others = projectTypes.filter((type) => type !== 'revert')
  return chosen.length > 0 ? chosen : others.length > 0 ? others : projectTypes
}

const isClear = (types: readonly string[]) => types.length === 1

function typesFor(files: readonly FileFacts[]): readonly string[] {
  const roles = new Set(files.map(({ role }) => role))
  if (roles.size > 1) roles.delete('generated')
  const source = files.filter(({ role }) => role === 'source')
  if (source.length === 0) return [...new Set([...roles].flatMap((role) => typesByRole[role]))].concat(roles.size > 1 ? ['chore'] : [])
  return [...new Set([...sourceTypes(source), ...louderTypes(files, roles)])]
}

function sourceTypes(source: readonly FileFacts[]): readonly string[] {
  if (source.every(({ file }) => isMoved(file))) return ['refactor', 'chore']
  if (source.every(({ isOnlyDocumentation }) => isOnlyDocumentation)) return ['docs']
  return source.every(({ file }) => isOnlyLayout(file)) ? ['style'] : typesByRole.source
}

/** A change that is mostly tests may be one of tests though it touches the code; and what belongs to a build comes with code. */
function louderTypes(files: readonly FileFacts[], roles: ReadonlySet<FileRole>): readonly string[] {
  const linesOf = (wanted: FileRole) =>
    files.reduce((sum, { file, role }) => (role === wanted ? sum + file.addedLines + file.removedLines : sum), 0)
  const louder = [...roles].filter((role) => role !== 'generated' && linesOf(role) > linesOf('source'))
  return [...louder.flatMap((role) => typesByRole[role]), ...(roles.has('build') || roles.has('settings') ? ['build'] : [])]
}

const isMoved = ({ status, addedLines, removedLines }: ChangedFile) => status === 'renamed' && addedLines + removedLines === 0

/** Languages in which white space means nothing. */
const freeForm = /\.(?:[cm]?[jt]sx?|java|c|h|cc|cpp|hpp|cs|go|rs|swift|kts?|php|css|scss|less|json|graphql|proto|sql)$/i

function isOnlyLayout({ path, hunks, status }: ChangedFile): boolean {
  if (status !== 'modified' || hunks.length === 0 || !freeForm.test(path)) return false
  const textOf = (kind: 'added' | 'removed') =>
    hunks
      .flatMap(({ lines }) => lines.filter((line) => line.kind === kind).map(({ text }) => text))
      .join('')
      .replaceAll(/\s+/g, '')
  return textOf('added') === textOf('removed')
}
