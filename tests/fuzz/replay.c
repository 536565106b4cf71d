/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plain driver of the fuzz targets: give each named file to the target
 * once, so that a fault that was fixed stays fixed.  With no libFuzzer.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void replay(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data = NULL;
	size_t size = 0, room = 0, n;

	if (!file) {
		perror(path);
		exit(1);
	}
	do {
		if (size == room) {
			room = room ? room * 2 : 4096;
			data = realloc(data, room);
			if (!data)
				abort();
		}
		n = fread(data + size, 1, room - size, file);
		size += n;
	} while (n);
	fclose(file);
	/* In a block of exactly its size, so that ASan sees one byte past. */
	data = realloc(data, size ? size : 1);
	if (!data)
		abort();
	LLVMFuzzerTestOneInput(data, size);
	free(data);
	printf("ok %s\n", path);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		replay(argv[i]);
	return 0;
}
