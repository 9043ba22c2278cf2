import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { generateTestsResultSchema } from '../src/domain/generated-tests.ts'
import { reportSchema } from '../src/domain/report.ts'
import { agent } from '../tests/helpers/agent-process.ts'
import { pathWithTools } from '../tests/helpers/programs.ts'
import { startScriptedServer } from '../tests/helpers/scripted-server.ts'

/**
 * What `agent generate-tests` adds to a library whose tests are good already, with an oracle for a model: it runs the real function, and asserts what that
 * returns. `node bench/oracle.ts --library <folder with a Python package> --package <name> [--without <pattern of tests to leave out>]
 * [--max-tests n] [--output file]`; needs pytest.
 */
const argument = (name: string, fallback: string) => {
  const at = process.argv.indexOf(name)
  return at === -1 ? fallback : (process.argv[at + 1] ?? fallback)
}
const library = argument('--library', '')
const packageName = argument('--package', '')
if (library === '' || packageName === '') throw new Error('Name a library with --library and its package with --package.')

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'agent-oracle-')))
const root = join(folder, 'library')
const environment = { ...process.env, AGENT_HOME: join(folder, 'home'), PATH: pathWithTools } as Record<string, string>

/** Calls a function with what functions on texts and numbers take, and prints a test that holds what comes back. */
const oracle = `
import importlib, inspect, json, sys
name, turn = sys.argv[2], int(sys.argv[3])
function = getattr(importlib.import_module(sys.argv[1]), name)
sets = [
  ['', 'a', 'octopus', 'Device Type', 'device_type', 'HTMLParser', 'x-men: the last stand', 'employee_salary_id', '-', '__'],
  [0, 1, 2, 3, 4, 10, 11, 12, 13, 21, 101, 111, 1012, -1, -2, '1', '113'],
  ['donald e. knuth', '  white  space ', 'älämölö', 'Person', 'man', 'sheep', 'news', 'SSLError', 'id', 'a' * 40, 'two--seps', 'CamelCase2go'],
]
flags = [value for value in inspect.signature(function).parameters.values() if value.default is not inspect.Parameter.empty]
calls = []
for value in sets[turn % 3]:
    calls.append((value,))
    if flags:
        default = flags[0].default
        calls.append((value, not default if isinstance(default, bool) else '_' if default != '_' else '.'))
good = []
for call in calls:
    try:
        good.append((call, function(*call)))
    except Exception:
        pass
good = [(call, value) for call, value in good if isinstance(value, (str, int, bool))]
if good:
    rows = '\\n'.join(f'        ({call!r}, {value!r}),' for call, value in good)
    print(f'import {sys.argv[1]}\\n\\n\\ndef test_{name}_as_it_is_{turn + 1}() -> None:\\n    known = [\\n{rows}\\n    ]\\n    assert [{sys.argv[1]}.{name}(*given) for given, _ in known] == [value for _, value in known]')
`

/** Takes the test functions with such names out of every test file, so that there is something to be found. */
const remover = `
import ast, pathlib, re, sys
for path in pathlib.Path('.').rglob('test_*.py'):
    text = path.read_text()
    gone = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef) and re.fullmatch(sys.argv[1], node.name)]
    lines = text.split('\\n')
    for node in reversed(gone):
        first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
        del lines[first - 1:node.end_lineno]
    path.write_text('\\n'.join(lines))
`
const without = argument('--without', '')

const turns = new Map<string, number>()
function answerFor(question: string): string {
  const name = /^Write one test for (\w+):$/m.exec(question)?.[1] ?? ''
  const turn = turns.get(name) ?? 0
  turns.set(name, turn + 1)
  try {
    const code = execFileSync('python3', ['-', packageName, name, String(turn)], {
      cwd: root,
      env: environment,
      input: oracle,
      encoding: 'utf8',
    })
    return code === '' ? 'I know no test for it.' : `\`\`\`python\n${code}\`\`\`\n`
  } catch {
    return 'I know no test for it.'
  }
}

try {
  cpSync(resolve(library), root, { recursive: true })
  if (without !== '') execFileSync('python3', ['-', without], { cwd: root, env: environment, input: remover })
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=Bench', '-c', 'user.email=bench@example.com', ...args], { cwd: root, stdio: 'ignore' })
  writeFileSync(join(root, '.gitignore'), '__pycache__\n*.egg-info\n.pytest_cache\n')
  git('init', '--quiet')
  git('add', '--all')
  git('commit', '--quiet', '--no-verify', '--message', 'The library')
  await using server = await startScriptedServer({
    answer: ({ messages }) => answerFor(messages.find(({ role }) => role === 'user')?.content ?? ''),
  })
  const flags = ['--sandbox', 'host', '--max-time', '60m', '--max-tests', argument('--max-tests', '20'), '--base-url', server.baseUrl]
  const { stdout, stderr, durationMs } = await agent(['generate-tests', packageName, ...flags, '--format', 'json'], {
    cwd: root,
    environment,
    input: '',
  })
  console.error(stderr)
  const text = tell(stdout, durationMs)
  console.log(text)
  const output = argument('--output', '')
  if (output !== '') writeFileSync(output, text)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function tell(stdout: string, durationMs: number): string {
  const { candidates, mutants, score, suite, filters } = generateTestsResultSchema.parse(reportSchema.parse(JSON.parse(stdout)).result)
  const kept = candidates.filter(({ outcome }) => outcome === 'kept')
  const idle = kept.filter(({ killed }) => killed.length === 0)
  return [
    '# An oracle for a model, on a library with good tests',
    '',
    `${packageName}${without === '' ? '' : ` without its tests \`${without}\``}: ${suite.executedBefore} tests before, ${suite.executedAfter} after; ${mutants.length} defects planted, of which ${score.before} % were noticed before and ${score.after} % after. ${Math.round(durationMs / 1000)} s.`,
    '',
    `${kept.length} of ${candidates.length} answers were kept. ${kept.length === 0 ? '' : idle.length === 0 ? 'Each of them notices at least one defect that no test noticed before.' : `${idle.length} of them notice no defect that went unnoticed before!`}`,
    '',
    '| test | lines | branches | defects that only it notices |',
    '|---|---|---|---|',
    ...kept.map(({ name, gained, killed }) => `| ${name} | ${gained.lines} | ${gained.branches} | ${killed.length} |`),
    '',
    `Taken out: ${
      filters
        .filter(({ rejected }) => rejected > 0)
        .map(({ filter, rejected }) => `${rejected} by ${filter}`)
        .join(', ') || 'none'
    }.`,
    '',
  ].join('\n')
}
