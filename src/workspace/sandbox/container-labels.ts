import { readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import type Docker from 'dockerode'

const prefix = 'coding-agent.sandbox'
/** After its deadline a container is still being ended and removed by its owner for a while. */
const graceMs = 60_000

/** Which sandbox a container belongs to, and how somebody else can tell that nobody looks after it any more. */
export function containerLabels(sandbox: string, timeout: number): Record<string, string> {
  return {
    [prefix]: sandbox,
    [`${prefix}.pid`]: String(process.pid),
    [`${prefix}.host`]: thisHost(),
    [`${prefix}.deadline`]: String(Date.now() + timeout + graceMs),
  }
}

/** Removes containers whose owner was killed: a process of this machine that is gone, or anybody whose time is long over. */
export async function reapContainers(docker: Docker): Promise<void> {
  await removeThose(docker, prefix, isOrphan)
}

/** Removes what one sandbox has not. */
export async function removeContainersOf(docker: Docker, sandbox: string): Promise<void> {
  await removeThose(docker, `${prefix}=${sandbox}`, () => true)
}

async function removeThose(docker: Docker, label: string, isWanted: (labels: Readonly<Record<string, string>>) => boolean): Promise<void> {
  const found = await docker.listContainers({ all: true, filters: { label: [label] } })
  const wanted = found.filter(({ Labels }) => isWanted(Labels))
  // Another process may be at the same.
  await Promise.allSettled(wanted.map(({ Id }) => docker.getContainer(Id).remove({ force: true, v: true })))
}

function isOrphan(labels: Readonly<Record<string, string>>): boolean {
  const isOver = !(Date.now() <= Number(labels[`${prefix}.deadline`]))
  return isOver || (labels[`${prefix}.host`] === thisHost() && !isAlive(Number(labels[`${prefix}.pid`])))
}

/** Process numbers mean something in one namespace only: two containers may share the name of their host and a daemon. */
function thisHost(): string {
  return `${hostname()} ${pidNamespace()}`
}

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return process.platform
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
