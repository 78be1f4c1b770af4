// cuda_plugin.h: the C interface of librad_cuda.so. It is loaded at run time, so that a program built here
// runs on machines that have none of CUDA's libraries.
#pragma once

extern "C" {

// Writes NCCL's version number (21809 for 2.18.9) and the number of devices that libtorch_cuda sees.
void rad_cuda_versions(int* nccl_version, int* device_count);

// Runs a kernel on the device and compares its result. Writes the device's name (cut to name_bytes) and
// returns 0, or CUDA's error code, or -1 for a wrong result.
int rad_cuda_check_device(int device, char* name, int name_bytes);

// Writes what tells device 0 of this process from every other one in the world, for a gang's ranks to be on
// different ones, 33 bytes; an empty text where there is no device.
void rad_cuda_device_identity(char* identity);

// Joins the other ranks by NCCL on device 0. `store` is a c10d::Store*; the result a new c10d::Backend*, of
// which the caller gets the one reference. Throws what LibTorch throws.
void* rad_cuda_join_nccl(void* store, int rank, int world_size, long timeout_ms);
}
