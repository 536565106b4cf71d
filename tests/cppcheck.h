/* SPDX-License-Identifier: Apache-2.0 */
/* Macros of jansson, for cppcheck, which reads no headers of the system. */
#define json_object_foreach(object, key, value)                       \
	for (void *iter = json_object_iter(object);                   \
	     iter && (key = json_object_iter_key(iter)) &&            \
	     (value = json_object_iter_value(iter));                  \
	     iter = json_object_iter_next(object, iter))
#define json_object_foreach_safe(object, next, key, value)            \
	for (key = json_object_iter_key(json_object_iter(object)),    \
	    next = json_object_iter_next(object, key);                \
	     key && (value = json_object_get(object, key));           \
	     key = json_object_iter_key(next))
#define json_array_foreach(array, index, value)                       \
	for (index = 0; index < json_array_size(array) &&             \
			(value = json_array_get(array, index));       \
	     index++)
