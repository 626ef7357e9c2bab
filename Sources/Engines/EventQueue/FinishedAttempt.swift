/// An attempt that has ended; the schedule learns of it once the change is on the disk.
struct FinishedAttempt {
    let number: Int
    let target: String
    let wasThrottled: Bool
    let dueMilliseconds: Int64?
}
