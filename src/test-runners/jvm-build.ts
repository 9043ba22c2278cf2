import { posix } from 'node:path'
import { failureText } from './conclude.ts'
import { type Coverage, mergeCoverage } from './coverage/coverage.ts'
import { readJacoco } from './coverage/jacoco.ts'
import { jvmSource } from './junit-names.ts'
import type { FoundReport } from './junit-report.ts'
import type { ReportedRun } from './run-with-report.ts'
import type { BrokenTests, TestRequest } from './test-runner.ts'

/**
 * What the scripts around Maven and Gradle begin with. The installed program comes before the wrapper of the project, which may want to
 * download it. Reports lie where the build says: those that are newer than its start are printed, each behind a line with its path.
 */
export const jvmScript = `
folder=$1
wrapper=$2
program=$3
shift 3
: > "$folder/start"
if ! command -v "$program" > /dev/null && [ -f "$wrapper" ]; then
  build() { sh "$wrapper" "$@"; }
else
  build() { "$program" "$@"; }
fi
gather() {
  find . \\( -name node_modules -o -name .git \\) -prune -o -type f -newer "$folder/start" "$@" -print | sort | while IFS= read -r file; do
    printf '\\n%s %s\\n' "$folder" "$file"
    cat "$file"
  done
}
`

/** The nearest folder upward that has one of these files, not above the use. */
export async function moduleOf(
  path: string,
  { directory, names, readText }: { directory: string; names: readonly string[] } & Pick<TestRequest, 'readText'>,
): Promise<string> {
  for (let folder = posix.dirname(path); folder !== directory && folder !== '.'; folder = posix.dirname(folder))
    for (const name of names) if ((await readText(posix.join(folder, name))) !== null) return folder
  return directory
}

const mistake =
  /^(?:\[ERROR\] |e: )?(?:file:\/\/)?(?<path>\/[^\n]+?\.(?:java|kt|groovy|scala)):(?:\[(?<line>\d+)(?:,\d+)?\]|(?<other>\d+)(?::\d+)?:?) (?<what>.+)$/gm

/** What the compiler says of each file that it does not accept. */
export function compilerErrors({ code, output, pathOf }: Pick<ReportedRun, 'code' | 'output' | 'pathOf'>): BrokenTests[] {
  if (code === 0 || !/COMPILATION ERROR|Compilation failure|Compilation (?:failed|error)|:compile\w+ FAILED/.test(output)) return []
  const lines = Array.from(output.matchAll(mistake), ({ groups = {} }) => ({
    path: groups.path ?? '',
    text: `line ${groups.line ?? groups.other}: ${groups.what}`,
  }))
  return [...Map.groupBy(lines, ({ path }) => path)].map(([path, own]) => {
    const file = pathOf(path)
    return { scope: file ?? posix.basename(path), file, reason: failureText([...new Set(own.map(({ text }) => text))].join('\n')) }
  })
}

/** What JaCoCo has measured, by module, with the files that its packages stand for. Null where it has measured nothing. */
export async function readJacocoReports(
  reports: readonly FoundReport[],
  request: Pick<TestRequest, 'readText'>,
  sourceFolders: (directory: string) => Promise<readonly string[]>,
): Promise<Coverage | null> {
  const measured: Coverage[] = []
  for (const { directory, text } of reports) {
    const byName = readJacoco(text, (name) => name)
    const more = await sourceFolders(directory)
    const named = [...(byName ?? [])].map(
      async ([name, file]) => [await jvmSource(name, { directory, kind: 'main', more }, request), file] as const,
    )
    if (byName) measured.push(new Map((await Promise.all(named)).flatMap(([path, file]) => (path === null ? [] : [[path, file] as const]))))
  }
  return measured.length === 0 ? null : mergeCoverage(measured)
}
