#!/usr/bin/env node
// Nothing is imported above the check, and nothing here is newer than it: a Node that is too old reads this file to its end and says one sentence.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(`agent needs Node 22.18 or newer; this is v${process.versions.node}.\n`)
  // A commit is not stopped for what a graphical client finds on its PATH, unless that is wanted.
  const isHook = process.argv[2] === 'hooks' && process.argv[3] === 'run'
  process.exitCode = isHook && process.env.AGENT_HOOK_STRICT !== '1' ? 0 : 2
} else {
  const { runProcess } = await import('./commands/run-process.ts')
  await runProcess(process, (code) => process.exit(code))
}

export {}
