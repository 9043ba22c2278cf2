/** Runs a task for each item, at most `limit` at once. The first failure is thrown when what was running has ended. */
export async function inParallel<Item>(items: Iterable<Item>, limit: number, task: (item: Item) => Promise<void>): Promise<void> {
  const queue = items[Symbol.iterator]()
  const failures: unknown[] = []
  const work = async () => {
    for (let next = queue.next(); !next.done && failures.length === 0; next = queue.next()) {
      await task(next.value).catch((error: unknown) => failures.push(error))
    }
  }
  await Promise.all(Array.from({ length: limit }, work))
  if (failures.length > 0) throw failures[0]
}
