import type { ChangedFile, DiffLine } from '../../../domain/change.ts'
import { excerpt } from './added-matches.ts'
import type { CheckFinding } from './check.ts'

const configurations =
  /(?:^|\/)(?:(?:vitest|jest|vite|karma|stryker)[\w.-]*\.(?:[cm]?[jt]s|json)|\.?stryker\.conf\.\w+|package\.json|\.(?:nycrc|c8rc)(?:\.\w+)?|\.?codecov\.ya?ml|\.coveragerc|setup\.cfg|tox\.ini|pytest\.ini|pyproject\.toml|build\.gradle(?:\.kts)?|pom\.xml|\.simplecov|spec_helper\.rb|test_helper\.rb|Makefile|\.github\/workflows\/[^/]+\.ya?ml|\.gitlab-ci\.yml)$/
const threshold =
  /(?<!\w)(lines|branches|functions|statements|fail[_-]under|cov-fail-under|minimum_coverage(?:_by_file)?|minimum|target|break|check[-_]?coverage)["']?\s{0,8}(?:=>|[:=>]|\s)\s{0,8}["']?(\d{1,3}(?:\.\d{1,6})?|true|false)\b/gi

/** Words that mean a threshold only in the configuration of one tool. */
const owners: Readonly<Record<string, RegExp>> = { target: /codecov/, break: /stryker/, minimum: /build\.gradle|pom\.xml/ }

interface Threshold {
  key: string
  value: number
  line: DiffLine
}

/** Finds coverage numbers that a configuration asked for and now asks less of, or nothing at all. */
export function findLoweredThresholds(file: ChangedFile): CheckFinding[] {
  if (!configurations.test(file.path) || file.status === 'deleted') return []
  return file.hunks.flatMap(({ lines }) => {
    const of = (kind: DiffLine['kind']) =>
      lines.flatMap((line) => (line.kind === kind ? thresholdsIn(line) : [])).filter(({ key }) => owners[key]?.test(file.path) ?? true)
    const added = of('added')
    const removed = of('removed')
    return removed.flatMap((old) => {
      const index = added.findIndex(({ key }) => key === old.key)
      const [now] = index === -1 ? [] : added.splice(index, 1)
      return now && now.value < old.value ? [tell(file, old, now)] : []
    })
  })
}

function thresholdsIn(line: DiffLine): Threshold[] {
  const { text } = line
  if (text.length > 2000 || /^\s*(?:\/\/|#|\*|<!--)/.test(text)) return []
  return [...text.matchAll(threshold)].map(([, key = '', raw = '']) => ({ key: key.toLowerCase(), value: valueOf(raw), line }))
}

function valueOf(raw: string): number {
  if (raw === 'true') return 1
  return raw === 'false' ? 0 : Number(raw)
}

function tell({ path }: ChangedFile, old: Threshold, { key, line }: Threshold): CheckFinding {
  return {
    title: 'Coverage threshold lowered',
    message: `\`${key}\` asked for more before the change (\`${excerpt(old.line.text.trim(), 0)}\`), so code without tests passes from now on. Add the missing tests instead.`,
    region: { path, startLine: line.newLine, endLine: line.newLine },
    evidence: excerpt(line.text.replace(/\r$/, ''), 0),
  }
}
