// How jemalloc, the program's allocator, behaves; it reads this before main. Two threads do most of
// the work, and what a burst of calls has taken goes back to the system while it lasts.

extern "C" {
// NOLINTNEXTLINE(misc-use-internal-linkage): jemalloc's name for it.
const char* malloc_conf = "narenas:2,background_thread:true,dirty_decay_ms:300,muzzy_decay_ms:0";
}
