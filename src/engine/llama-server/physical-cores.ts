import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'

const processors = '/sys/devices/system/cpu'

/** Cores that are whole ones. Two threads of one core compute no faster than one; where the system does not tell them apart, all count. */
export function physicalCores(folder: string = processors): number {
  try {
    const names = readdirSync(folder).filter((name) => /^cpu\d+$/.test(name))
    const siblings = names.map((name) => readFileSync(`${folder}/${name}/topology/thread_siblings_list`, 'utf8').trim())
    return new Set(siblings).size || availableParallelism()
  } catch {
    return availableParallelism()
  }
}
