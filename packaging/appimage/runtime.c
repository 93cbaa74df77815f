/* What an AppImage begins with: unpacks the squashfs image that follows it into the user's cache, once, and runs AppRun.
 *
 * No FUSE, no root. The unpacked folder is named by the image's size and time, unpacked beside and renamed when it is
 * whole; a lock that every running copy holds keeps it, and the folders of other versions go at the next unpacking.
 *
 *   --appimage-extract   unpacks into ./squashfs-root and ends
 *   --appimage-offset    prints where the image begins and ends
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <squashfuse/squashfuse.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX "appimage-"
#define CHUNK (1 << 20)

/* The image is compressed with zstd. The library asks for the other decompressors too: they are not linked. */
int lzo1x_decompress_safe(void) { return -1; }
int lzma_stream_buffer_decode(void) { return -1; }
int LZ4_decompress_safe(void) { return -1; }
int uncompress(void) { return -1; }

static void fail(const char *what, ...) {
    va_list arguments;
    int reason = errno;
    va_start(arguments, what);
    fputs("desktop-share: cannot unpack the program: ", stderr);
    vfprintf(stderr, what, arguments);
    fprintf(stderr, ": %s\nAnother folder to unpack into: XDG_CACHE_HOME=/some/folder\n", strerror(reason));
    exit(1);
}

static off_t image_offset(int fd) {
    Elf64_Ehdr header;
    if (pread(fd, &header, sizeof header, 0) != sizeof header) fail("own header");
    return header.e_shoff + (off_t)header.e_shentsize * header.e_shnum;
}

static void write_file(sqfs *fs, sqfs_inode *inode, const char *path) {
    static char buffer[CHUNK];
    int out = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (out < 0) fail("%s", path);
    for (sqfs_off_t at = 0; at < (sqfs_off_t)inode->xtra.reg.file_size;) {
        sqfs_off_t size = CHUNK;
        errno = EIO;
        if (sqfs_read_range(fs, inode, at, &size, buffer) || size <= 0) fail("%s", path);
        for (sqfs_off_t done = 0; done < size;) {
            ssize_t written = write(out, buffer + done, size - done);
            if (written < 0) fail("%s", path);
            done += written;
        }
        at += size;
    }
    if (fchmod(out, inode->base.mode & 0755) || close(out)) fail("%s", path);
}

static void unpack(int fd, off_t offset, const char *target) {
    sqfs fs;
    sqfs_traverse walk;
    sqfs_err error = SQFS_OK;
    char path[PATH_MAX], link[PATH_MAX];
    errno = EIO;
    if (mkdir(target, 0700)) fail("%s", target);
    if (sqfs_init(&fs, fd, offset) || sqfs_traverse_open(&walk, &fs, sqfs_inode_root(&fs))) fail("image");
    while (sqfs_traverse_next(&walk, &error)) {
        sqfs_inode inode;
        size_t size = sizeof link;
        if (walk.dir_end) continue;
        if (snprintf(path, sizeof path, "%s/%s", target, walk.path) >= (int)sizeof path) fail("%s", target);
        if (sqfs_inode_get(&fs, &inode, sqfs_dentry_inode(&walk.entry))) fail("%s", path);
        if (S_ISDIR(inode.base.mode)) {
            if (mkdir(path, 0700)) fail("%s", path);
        } else if (S_ISLNK(inode.base.mode)) {
            if (sqfs_readlink(&fs, &inode, link, &size) || symlink(link, path)) fail("%s", path);
        } else {
            write_file(&fs, &inode, path);
        }
    }
    if (error) fail("image");
    sqfs_traverse_close(&walk);
    sqfs_destroy(&fs);
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *where) {
    (void)about, (void)kind, (void)where;
    return remove(path);
}

/* Held while this process, and what it becomes, lives. A folder that is locked by nobody may go. */
static int lock(const char *folder, int how) {
    int fd = open(folder, O_RDONLY | O_DIRECTORY);
    if (fd >= 0 && flock(fd, how)) {
        close(fd);
        return -1;
    }
    return fd;
}

static void remove_others(const char *cache, const char *kept) {
    DIR *folder = opendir(cache);
    char path[PATH_MAX];
    for (struct dirent *each; folder && (each = readdir(folder));) {
        if (strncmp(each->d_name, PREFIX, strlen(PREFIX)) || !strcmp(each->d_name, kept)) continue;
        snprintf(path, sizeof path, "%s/%s", cache, each->d_name);
        int held = lock(path, LOCK_EX | LOCK_NB);
        if (held < 0) continue;
        nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
        close(held);
    }
    if (folder) closedir(folder);
}

static void make_folders(char *path) {
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        mkdir(path, 0700);
        *slash = '/';
    }
    if (mkdir(path, 0700) && errno != EEXIST) fail("%s", path);
}

int main(int count, char **arguments) {
    char cache[PATH_MAX / 4], name[80], ready[PATH_MAX / 2], fresh[PATH_MAX / 2], program[PATH_MAX], self[PATH_MAX];
    const char *base = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    struct stat about;
    int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &about)) fail("/proc/self/exe");
    off_t offset = image_offset(fd);

    if (count == 2 && !strcmp(arguments[1], "--appimage-offset")) return printf("%lld\n", (long long)offset) < 0;
    if (count == 2 && !strcmp(arguments[1], "--appimage-extract")) return unpack(fd, offset, "squashfs-root"), 0;

    if (base && *base == '/')
        snprintf(cache, sizeof cache, "%s/desktop-share", base);
    else
        snprintf(cache, sizeof cache, "%s/.cache/desktop-share", home && *home == '/' ? home : "/tmp");
    make_folders(cache);
    if (stat(cache, &about) || about.st_uid != geteuid()) fail("%s belongs to another user", cache);
    if (fstat(fd, &about)) fail("/proc/self/exe");
    snprintf(name, sizeof name, PREFIX "%llx-%llx", (long long)about.st_size, (long long)about.st_mtime);
    snprintf(ready, sizeof ready, "%s/%s", cache, name);
    snprintf(fresh, sizeof fresh, "%s/new-%d", cache, (int)getpid());

    if (lock(ready, LOCK_SH) < 0) {
        remove_others(cache, name);
        nftw(fresh, remove_one, 16, FTW_DEPTH | FTW_PHYS); /* of a process of the same number that was ended */
        unpack(fd, offset, fresh);
        if (rename(fresh, ready)) { /* another start was faster */
            nftw(fresh, remove_one, 16, FTW_DEPTH | FTW_PHYS);
        }
        if (lock(ready, LOCK_SH) < 0) fail("%s", ready);
    }
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length > 0) {
        self[length] = 0;
        setenv("APPIMAGE", self, 1);
    }
    setenv("APPDIR", ready, 1);
    snprintf(program, sizeof program, "%s/AppRun", ready);
    execv(program, arguments);
    fail("%s", program);
}
