import { ok, type Probe, problem } from './probe.ts'
import { runTool } from './run-tool.ts'

/** Older ones lack what a review needs. */
const leastNode = [22, 18] as const
const leastGit = [2, 30] as const

export const nodeProbe: Probe = {
  name: 'node',
  deadlineMs: 1000,
  async examine({ nodeVersion, platform }) {
    if (isAtLeast(nodeVersion, leastNode)) return ok(`${nodeVersion} on ${platform} ${process.arch}`)
    return problem(`${nodeVersion} is older than ${leastNode.join('.')}`, 'Install a newer Node.')
  },
}

export const gitProbe: Probe = {
  name: 'git',
  deadlineMs: 5000,
  async examine({ directory, environment }, signal) {
    const { code, stdout, stderr } = await runTool(['git', '--version'], { cwd: directory, environment, signal })
    const remedy = `Install git ${leastGit.join('.')} or newer and put it on PATH.`
    if (code !== 0) return problem(`git does not run: ${stderr || `exit code ${code}`}`, remedy)
    if (!isAtLeast(stdout, leastGit)) return problem(`${stdout} is older than ${leastGit.join('.')}`, remedy)
    return ok(stdout.replace(/^git version /, ''))
  },
}

function isAtLeast(text: string, [major, minor]: readonly [number, number]): boolean {
  const [, foundMajor = 0, foundMinor = 0] = (/(\d+)\.(\d+)/.exec(text) ?? []).map(Number)
  return foundMajor > major || (foundMajor === major && foundMinor >= minor)
}
