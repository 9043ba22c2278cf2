import { readLcov } from './coverage/lcov.ts'
import type { Coverage } from './coverage/coverage.ts'
import { pathFromRoot } from './run-with-report.ts'

/**
 * Runs `cargo test` and tells what it executes, with what the machine has installed: cargo-llvm-cov, which runs the tests itself, or
 * cargo-tarpaulin, whose own output is no report of tests, so that they run a second time. With neither, nothing is measured. What is
 * measured is printed behind a line that no test can guess, because a sandbox may forget everything but the tree when a command ends.
 */
const script = `
mkdir -m 700 "$1" || exit 125
folder=$1
cargo=$2
shift 3
if "$cargo" llvm-cov show-env > /dev/null 2>&1 < /dev/null; then
  # Without a report of its own it would add to what an earlier run has measured.
  "$cargo" llvm-cov clean --profraw-only > /dev/null 2>&1 < /dev/null
  "$cargo" llvm-cov test --no-report "$@" 2>&1 < /dev/null
  code=$?
  "$cargo" llvm-cov report --lcov --output-path "$folder/lcov" > /dev/null 2>&1 < /dev/null
else
  "$cargo" test "$@" 2>&1 < /dev/null
  code=$?
  [ "$code" = 127 ] || "$cargo" tarpaulin --target-dir target/tarpaulin --out lcov --output-dir "$folder" "$@" > /dev/null 2>&1 < /dev/null
fi
printf '\\n%s\\n' "$folder"
pwd -P
cat "$folder/lcov" "$folder/lcov.info" 2> /dev/null
rm -rf "$folder"
exit $code
`

/** A command line `cargo test …` that also measures. Without asking, cargo-llvm-cov would download what it lacks. */
export function measuringCargo(folder: string, commandLine: readonly string[]) {
  return { argv: ['sh', '-c', script, 'sh', folder, ...commandLine], environment: { CARGO_LLVM_COV_SETUP: 'no' } }
}

/** What such a command has printed: the output of the tests, and what they execute. */
export function readMeasured(stdout: string, folder: string, directory: string): { text: string; coverage: Coverage | null } {
  const [text = '', measured = ''] = stdout.split(`\n${folder}\n`)
  const lineEnd = measured.indexOf('\n')
  const [startedIn, trace] = [measured.slice(0, lineEnd), measured.slice(lineEnd + 1)]
  return { text, coverage: trace === '' ? null : readLcov(trace, (path) => pathFromRoot(directory, { startedIn, path })) }
}
