// Written by tools/generate from the operations table.
/**
 * What went wrong, as a stable word that programs may compare.
 */
export type ErrorCode = "invalid_frame" | "unknown_operation" | "invalid_parameters" | "invalid_input" | "unsupported" | "limit_exceeded" | "cancelled" | "deadline_exceeded" | "need_blob" | "out_of_memory" | "trapped" | "lost" | "queue_full" | "warming" | "forbidden" | "unavailable" | "internal" | "unknown";
