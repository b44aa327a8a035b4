// The C interface of Weighbridge, made from capi/src by `cargo xtask header`; do not edit. weighbridge.h documents it.
// SPDX-License-Identifier: MIT OR Apache-2.0

using System;
using System.Runtime.InteropServices;
using wb_status = System.Int32;
using wb_log_fn = System.IntPtr;
using wb_destroy_fn = System.IntPtr;
using wb_progress_fn = System.IntPtr;
using wb_io_open_fn = System.IntPtr;
using wb_io_stat_fn = System.IntPtr;
using wb_io_read_fn = System.IntPtr;
using wb_io_close_fn = System.IntPtr;
using wb_io_list_fn = System.IntPtr;
using wb_io_map_fn = System.IntPtr;
using wb_io_unmap_fn = System.IntPtr;
using wb_io_will_read_fn = System.IntPtr;
using wb_spawn_fn = System.IntPtr;
using wb_thread_fn = System.IntPtr;
using wb_alloc_fn = System.IntPtr;
using wb_free_fn = System.IntPtr;
using wb_reserve_fn = System.IntPtr;
using wb_release_fn = System.IntPtr;
using wb_measured_fn = System.IntPtr;
using wb_dtype = System.UInt32;
using wb_end_fn = System.IntPtr;

namespace Weighbridge
{
    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct wb_str
    {
        public Byte* ptr;
        public UIntPtr len;
    }

    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct wb_build_info
    {
        public UIntPtr struct_size;
        public wb_str version;
        public wb_str features;
        public wb_str target;
        public wb_str profile;
        public wb_str compiler;
    }

    public struct wb_error { }

    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct wb_error_info
    {
        public UIntPtr struct_size;
        public wb_status code;
        public UInt32 reserved;
        public wb_str message;
        public wb_str path;
        public wb_str subject;
        public UInt64 offset;
        public Int64 os_code;
    }

    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct wb_progress
    {
        public UIntPtr struct_size;
        public UInt64 done_bytes;
        public UInt64 total_bytes;
        public UInt64 done_tensors;
        public UInt64 total_tensors;
    }

    public struct wb_cancel { }

    public struct wb_io_entries { }

    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct wb_io
    {
        public UIntPtr struct_size;
        public void* user_data;
        public wb_destroy_fn destroy;
        public wb_io_open_fn open;
        public wb_io_stat_fn stat;
        public wb_io_read_fn read_at;
        public wb_io_close_fn close;
        public wb_io_list_fn list;
        public wb_io_map_fn map;
        public wb_io_unmap_fn unmap;
        public wb_io_will_read_fn will_read;
        public UInt64 preferred_read;
    }

    public struct wb_job { }

    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct wb_threads
    {
        public UIntPtr struct_size;
        public void* user_data;
        public wb_destroy_fn destroy;
        public wb_spawn_fn spawn;
        public wb_thread_fn start;
        public wb_thread_fn stop;
    }

    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct wb_allocator
    {
        public UIntPtr struct_size;
        public void* user_data;
        public wb_destroy_fn destroy;
        public wb_alloc_fn alloc;
        public wb_free_fn free;
    }

    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct wb_budget
    {
        public UIntPtr struct_size;
        public void* user_data;
        public wb_destroy_fn destroy;
        public wb_reserve_fn reserve;
        public wb_release_fn release;
    }

    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct wb_cost_info
    {
        public UIntPtr struct_size;
        public wb_str stage;
        public UInt64 bytes;
        public UInt64 nanoseconds;
    }

    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct wb_measurement
    {
        public UIntPtr struct_size;
        public wb_str operation;
        public wb_str model;
        public wb_status status;
        public UInt32 stage_size;
        public UInt64 bytes;
        public UInt64 nanoseconds;
        public wb_cost_info* stages;
        public UIntPtr stage_count;
    }

    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct wb_metrics
    {
        public UIntPtr struct_size;
        public void* user_data;
        public wb_destroy_fn destroy;
        public wb_measured_fn measured;
    }

    public struct wb_context { }

    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct wb_context_options
    {
        public UIntPtr struct_size;
        public UInt32 max_threads;
        public UInt32 log_max_level;
        public wb_log_fn log;
        public void* log_user_data;
        public wb_destroy_fn log_destroy;
        public wb_io* io;
        public wb_threads* threads;
        public wb_allocator* allocator;
        public wb_budget* budget;
        public wb_metrics* metrics;
    }

    public struct wb_model { }

    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct wb_open_options
    {
        public UIntPtr struct_size;
        public UInt64 flags;
        public UInt32 verify;
        public UInt32 reserved;
        public wb_str format;
        public void* manifest;
        public UIntPtr manifest_len;
        public UInt64 max_header_bytes;
        public UInt64 max_tensors;
        public UInt64 max_files;
        public UInt64 max_heap_bytes;
        public wb_str name;
        public wb_progress_fn progress;
        public void* user_data;
        public wb_cancel* cancel;
        public wb_str* link_roots;
        public UIntPtr link_root_count;
        public wb_str memo;
    }

    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct wb_blob
    {
        public UIntPtr struct_size;
        public wb_str name;
        public void* data;
        public UIntPtr len;
        public wb_destroy_fn destroy;
        public void* user_data;
    }

    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct wb_file_info
    {
        public UIntPtr struct_size;
        public wb_str path;
        public UInt64 bytes;
    }

    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct wb_dtype_info
    {
        public UIntPtr struct_size;
        public wb_str name;
        public UInt32 bits;
        public UInt32 block_elements;
        public UInt32 block_bytes;
        public UInt32 alignment;
    }

    public struct wb_buffer { }

    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct wb_tensor_info
    {
        public UIntPtr struct_size;
        public wb_str name;
        public wb_dtype dtype;
        public UInt32 rank;
        public Int64* shape;
        public Int64* strides;
        public UInt64 bytes;
        public UInt64 offset;
        public UIntPtr file;
        public UInt32 alignment;
        public UInt32 reserved;
    }

    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct wb_unindexed_info
    {
        public UIntPtr struct_size;
        public wb_str name;
        public wb_str file;
    }

    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct wb_quantization_info
    {
        public UIntPtr struct_size;
        public UInt32 scheme;
        public UInt32 axis;
        public UInt64 block;
        public Double* scales;
        public UIntPtr scale_count;
        public Int64* zero_points;
        public UIntPtr zero_point_count;
        public UIntPtr scale_tensor;
        public UIntPtr zero_point_tensor;
    }

    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct wb_metadata_info
    {
        public UIntPtr struct_size;
        public UInt32 type;
        public UInt32 boolean;
        public Int64 i64;
        public UInt64 u64;
        public Double f64;
        public UInt64 len;
        public wb_str key;
        public wb_str text;
    }

    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct wb_asset_info
    {
        public UIntPtr struct_size;
        public wb_str name;
        public UInt64 bytes;
    }

    public struct wb_report { }

    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct wb_verify_options
    {
        public UIntPtr struct_size;
        public wb_progress_fn progress;
        public void* user_data;
        public wb_cancel* cancel;
        public UInt64 flags;
    }

    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct wb_line_info
    {
        public UIntPtr struct_size;
        public UInt32 outcome;
        public UInt32 anchor;
        public wb_str subject;
        public wb_str algorithm;
        public wb_str source;
        public wb_str expected;
        public wb_str actual;
        public UInt32 subject_kind;
        public UInt32 covers;
        public wb_str reason;
        public UInt64 offset;
        public UInt64 bytes;
    }

    public struct wb_plan { }

    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct wb_slice
    {
        public UIntPtr struct_size;
        public wb_str pattern;
        public UInt32 dim;
        public UInt32 flags;
        public UInt64 rank;
        public UInt64 world;
    }

    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct wb_cast
    {
        public UIntPtr struct_size;
        public wb_str pattern;
        public wb_dtype from;
        public wb_dtype to;
    }

    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct wb_destination
    {
        public UIntPtr struct_size;
        public wb_str tensor;
        public UInt64 address;
        public UInt64 bytes;
        public UInt32 device;
        public UInt32 reserved;
    }

    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct wb_route
    {
        public UIntPtr struct_size;
        public wb_str pattern;
        public UInt32 device;
        public UInt32 reserved;
    }

    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct wb_cuda_options
    {
        public UIntPtr struct_size;
        public UInt32* devices;
        public UIntPtr device_count;
        public wb_route* routes;
        public UIntPtr route_count;
        public void* stream;
        public UInt64 flags;
    }

    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct wb_plan_options
    {
        public UIntPtr struct_size;
        public UInt32 target;
        public UInt32 reads;
        public wb_str* include;
        public UIntPtr include_count;
        public UIntPtr* tensors;
        public UIntPtr tensor_count;
        public wb_slice* slices;
        public UIntPtr slice_count;
        public wb_cast* casts;
        public UIntPtr cast_count;
        public wb_destination* destinations;
        public UIntPtr destination_count;
        public wb_cuda_options* cuda;
        public UInt64 alignment;
        public UInt64 staging_bytes;
        public UInt64 block_bytes;
        public UInt32 readers;
        public UInt32 reserved;
        public wb_cancel* cancel;
    }

    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct wb_plan_info
    {
        public UIntPtr struct_size;
        public UInt64 tensors;
        public UInt64 payload_bytes;
        public UInt64 read_bytes;
        public UInt64 target_bytes;
        public UInt64 staging_bytes;
        public UInt64 transient_bytes;
        public UInt32 target;
        public UInt32 reserved;
    }

    public struct wb_task { }

    public struct wb_placement { }

    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct wb_placed_tensor_info
    {
        public UIntPtr struct_size;
        public void* data;
        public UInt64 device_address;
        public UInt64 bytes;
        public UIntPtr tensor;
        public wb_str name;
        public Int64* shape;
        public UInt32 rank;
        public wb_dtype dtype;
        public UInt32 device;
        public UInt32 reserved;
        public UInt64 offset;
    }

    public struct wb_cuda_devices { }

    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct wb_cuda_device_info
    {
        public UIntPtr struct_size;
        public wb_str name;
        public wb_str pci;
        public fixed Byte uuid[16];
        public UInt64 memory_bytes;
        public UInt64 free_bytes;
        public UInt32 ordinal;
        public UInt32 compute_major;
        public UInt32 compute_minor;
        public UInt32 driver_version;
    }

    public struct wb_graph { }

    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct wb_model_info
    {
        public UIntPtr struct_size;
        public Int64 format_version;
        public wb_str producer;
        public wb_str producer_version;
        public wb_str domain;
        public Int64 model_version;
        public wb_str documentation;
    }

    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct wb_graph_info
    {
        public UIntPtr struct_size;
        public wb_str name;
        public wb_str documentation;
        public UIntPtr index;
        public UIntPtr function;
        public UIntPtr parent;
        public UInt32 role;
        public UInt32 node;
        public UInt32 attribute;
        public UInt32 inputs;
        public UInt32 outputs;
        public UInt32 initializers;
        public UInt32* input_values;
        public UInt32* output_values;
    }

    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct wb_node_info
    {
        public UIntPtr struct_size;
        public wb_str name;
        public wb_str op;
        public wb_str domain;
        public wb_str overload;
        public UInt32* input_values;
        public UInt32* output_values;
        public UInt32* control_nodes;
        public UInt32 inputs;
        public UInt32 outputs;
        public UInt32 controls;
        public UInt32 attributes;
    }

    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct wb_attribute_info
    {
        public UIntPtr struct_size;
        public wb_str name;
        public wb_str reference;
        public UInt32 kind;
        public UInt32 reserved;
        public UIntPtr count;
    }

    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct wb_value_info
    {
        public UIntPtr struct_size;
        public wb_str name;
        public UInt32 flags;
        public wb_dtype dtype;
        public Int64* shape;
        public UInt32 rank;
        public UInt32 type;
        public UInt32 producer;
        public UInt32 reserved;
        public UIntPtr tensor;
        public UIntPtr sparse;
    }

    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct wb_sparse_info
    {
        public UIntPtr struct_size;
        public Int64* shape;
        public UInt32 rank;
        public UInt32 reserved;
        public UIntPtr values;
        public UIntPtr indices;
    }

    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct wb_type_info
    {
        public UIntPtr struct_size;
        public UInt32 kind;
        public wb_dtype dtype;
        public wb_str denotation;
        public Int64* shape;
        public UInt32 rank;
        public UInt32 element;
        public Int32 code;
        public UInt32 reserved;
    }

    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct wb_dim_info
    {
        public UIntPtr struct_size;
        public Int64 size;
        public wb_str symbol;
        public wb_str denotation;
    }

    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct wb_function_info
    {
        public UIntPtr struct_size;
        public wb_str name;
        public wb_str domain;
        public wb_str overload;
        public UIntPtr graph;
        public UIntPtr attributes;
        public UIntPtr opsets;
        public UInt32 defaults;
        public UInt32 reserved;
    }

    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct wb_opset_info
    {
        public UIntPtr struct_size;
        public wb_str domain;
        public Int64 version;
    }

    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct wb_signature_info
    {
        public UIntPtr struct_size;
        public wb_str key;
        public UIntPtr graph;
        public UIntPtr inputs;
        public UIntPtr outputs;
    }

    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct wb_signature_value_info
    {
        public UIntPtr struct_size;
        public wb_str name;
        public UInt32 value;
        public UInt32 reserved;
    }

    public struct wb_findings { }

    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct wb_finding_info
    {
        public UIntPtr struct_size;
        public UInt32 severity;
        public UInt32 reserved;
        public wb_str rule;
        public wb_str path;
        public wb_str message;
        public wb_str remedy;
    }

    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct wb_check_options
    {
        public UIntPtr struct_size;
        public wb_str target;
        public UInt64 max_read_bytes;
        public wb_progress_fn progress;
        public void* user_data;
        public wb_cancel* cancel;
    }

    /// <summary>The functions of the host, as delegates.</summary>
    public static class Delegates
    {
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        public unsafe delegate void wb_log_fn(void* user_data, UInt32 level, Byte* target, UIntPtr target_len, Byte* msg, UIntPtr msg_len);
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        public unsafe delegate void wb_destroy_fn(void* user_data);
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        public unsafe delegate Int32 wb_progress_fn(void* user_data, wb_progress* p);
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        public unsafe delegate Int32 wb_io_open_fn(void* user_data, Byte* name, UIntPtr name_len, void** file);
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        public unsafe delegate Int32 wb_io_stat_fn(void* user_data, void* file, UInt64* bytes, UInt64* identity);
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        public unsafe delegate Int32 wb_io_read_fn(void* user_data, void* file, UInt64 offset, void* buffer, UIntPtr len, UIntPtr* done);
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        public unsafe delegate void wb_io_close_fn(void* user_data, void* file);
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        public unsafe delegate Int32 wb_io_list_fn(void* user_data, Byte* folder, UIntPtr folder_len, wb_io_entries* entries);
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        public unsafe delegate Int32 wb_io_map_fn(void* user_data, void* file, void** data);
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        public unsafe delegate void wb_io_unmap_fn(void* user_data, void* file, void* data);
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        public unsafe delegate void wb_io_will_read_fn(void* user_data, void* file, UInt64 offset, UInt64 len);
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        public unsafe delegate wb_status wb_spawn_fn(void* user_data, wb_job* job);
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        public unsafe delegate void wb_thread_fn(void* user_data, UInt32 number);
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        public unsafe delegate void* wb_alloc_fn(void* user_data, UIntPtr bytes, UIntPtr alignment);
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        public unsafe delegate void wb_free_fn(void* user_data, void* start, UIntPtr bytes, UIntPtr alignment);
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        public unsafe delegate wb_status wb_reserve_fn(void* user_data, UInt32 device, UInt64 bytes);
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        public unsafe delegate void wb_release_fn(void* user_data, UInt32 device, UInt64 bytes);
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        public unsafe delegate void wb_measured_fn(void* user_data, wb_measurement* m);
        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        public unsafe delegate void wb_end_fn(void* user_data);
    }

    /// <summary>The constants and functions of the C interface.</summary>
    public static unsafe class Native
    {
        /// <summary>The library, by the name that runtimes look for.</summary>
        public const string Library = "weighbridge";

        public static readonly UIntPtr WB_NUL = UIntPtr.Size == 8 ? new UIntPtr(UInt64.MaxValue) : new UIntPtr(UInt32.MaxValue);
        public const wb_status WB_OK = 0;
        public const wb_status WB_PENDING = 1;
        public const wb_status WB_ERR_INVALID_ARGUMENT = -1;
        public const wb_status WB_ERR_UNSUPPORTED = -2;
        public const wb_status WB_ERR_OUT_OF_MEMORY = -3;
        public const wb_status WB_ERR_IO = -4;
        public const wb_status WB_ERR_NOT_FOUND = -5;
        public const wb_status WB_ERR_FORMAT = -6;
        public const wb_status WB_ERR_LIMIT = -7;
        public const wb_status WB_ERR_MISMATCH = -8;
        public const wb_status WB_ERR_UNVERIFIED = -9;
        public const wb_status WB_ERR_DEVICE = -10;
        public const wb_status WB_ERR_CANCELLED = -11;
        public const wb_status WB_ERR_CALLBACK = -12;
        public const wb_status WB_ERR_NOT_MAPPED = -13;
        public const wb_status WB_ERR_CHANGED = -14;
        public const wb_status WB_ERR_INTERNAL = -100;
        public const UInt32 WB_VERSION_MAJOR = 0;
        public const UInt32 WB_VERSION_MINOR = 1;
        public const UInt32 WB_VERSION_PATCH = 0;
        public const UInt32 WB_ABI_VERSION = 0;
        public const Int32 WB_PROCEED = 0;
        public const Int32 WB_STOP = 1;
        public const Int32 WB_IO_OK = 0;
        public const Int32 WB_IO_NOT_FOUND = 1;
        public const UInt32 WB_IO_FILE = 0;
        public const UInt32 WB_IO_FOLDER = 1;
        public const UInt32 WB_THREADS_ALL = 4294967295;
        public const UInt32 WB_LOG_ERROR = 1;
        public const UInt32 WB_LOG_WARN = 2;
        public const UInt32 WB_LOG_INFO = 3;
        public const UInt32 WB_LOG_DEBUG = 4;
        public const UInt64 WB_OPEN_READ = 1;
        public const UInt64 WB_OPEN_REFUSE_REPLACED = 2;
        public const UInt64 WB_OPEN_MEMO_COVERS = 4;
        public const UInt32 WB_VERIFY_IF_PRESENT = 0;
        public const UInt32 WB_VERIFY_REQUIRED = 1;
        public const UInt32 WB_VERIFY_NONE = 2;
        public const wb_dtype WB_BOOL = 1;
        public const wb_dtype WB_U8 = 2;
        public const wb_dtype WB_I8 = 3;
        public const wb_dtype WB_U16 = 4;
        public const wb_dtype WB_I16 = 5;
        public const wb_dtype WB_U32 = 6;
        public const wb_dtype WB_I32 = 7;
        public const wb_dtype WB_U64 = 8;
        public const wb_dtype WB_I64 = 9;
        public const wb_dtype WB_F16 = 10;
        public const wb_dtype WB_BF16 = 11;
        public const wb_dtype WB_F32 = 12;
        public const wb_dtype WB_F64 = 13;
        public const wb_dtype WB_C64 = 14;
        public const wb_dtype WB_C128 = 15;
        public const wb_dtype WB_F8_E4M3 = 16;
        public const wb_dtype WB_F8_E5M2 = 17;
        public const wb_dtype WB_F8_E4M3FNUZ = 18;
        public const wb_dtype WB_F8_E5M2FNUZ = 19;
        public const wb_dtype WB_F8_E8M0 = 20;
        public const wb_dtype WB_F6_E2M3 = 21;
        public const wb_dtype WB_F6_E3M2 = 22;
        public const wb_dtype WB_F4 = 23;
        public const wb_dtype WB_U4 = 24;
        public const wb_dtype WB_I4 = 25;
        public const wb_dtype WB_U2 = 26;
        public const wb_dtype WB_I2 = 27;
        public const wb_dtype WB_STRING = 28;
        public const wb_dtype WB_Q4_0 = 64;
        public const wb_dtype WB_Q4_1 = 65;
        public const wb_dtype WB_Q5_0 = 66;
        public const wb_dtype WB_Q5_1 = 67;
        public const wb_dtype WB_Q8_0 = 68;
        public const wb_dtype WB_Q8_1 = 69;
        public const wb_dtype WB_Q2_K = 70;
        public const wb_dtype WB_Q3_K = 71;
        public const wb_dtype WB_Q4_K = 72;
        public const wb_dtype WB_Q5_K = 73;
        public const wb_dtype WB_Q6_K = 74;
        public const wb_dtype WB_Q8_K = 75;
        public const wb_dtype WB_IQ2_XXS = 76;
        public const wb_dtype WB_IQ2_XS = 77;
        public const wb_dtype WB_IQ3_XXS = 78;
        public const wb_dtype WB_IQ1_S = 79;
        public const wb_dtype WB_IQ4_NL = 80;
        public const wb_dtype WB_IQ3_S = 81;
        public const wb_dtype WB_IQ2_S = 82;
        public const wb_dtype WB_IQ4_XS = 83;
        public const wb_dtype WB_IQ1_M = 84;
        public const wb_dtype WB_TQ1_0 = 85;
        public const wb_dtype WB_TQ2_0 = 86;
        public const wb_dtype WB_MXFP4 = 87;
        public const wb_dtype WB_NVFP4 = 88;
        public const wb_dtype WB_Q1_0 = 89;
        public const wb_dtype WB_Q2_0 = 90;
        public const UInt32 WB_QUANTIZED_TENSOR = 1;
        public const UInt32 WB_QUANTIZED_AXIS = 2;
        public const UInt32 WB_QUANTIZED_BLOCK = 3;
        public const UInt32 WB_METADATA_NULL = 0;
        public const UInt32 WB_METADATA_BOOL = 1;
        public const UInt32 WB_METADATA_I64 = 2;
        public const UInt32 WB_METADATA_U64 = 3;
        public const UInt32 WB_METADATA_F64 = 4;
        public const UInt32 WB_METADATA_TEXT = 5;
        public const UInt32 WB_METADATA_BYTES = 6;
        public const UInt32 WB_METADATA_LIST = 7;
        public const UInt32 WB_METADATA_MAP = 8;
        public const UInt32 WB_OUTCOME_UNCOVERED = 0;
        public const UInt32 WB_OUTCOME_MATCH = 1;
        public const UInt32 WB_OUTCOME_MISMATCH = 2;
        public const UInt32 WB_SUBJECT_FILE = 0;
        public const UInt32 WB_SUBJECT_TENSOR = 1;
        public const UInt32 WB_SUBJECT_RUN = 2;
        public const UInt32 WB_ANCHOR_BESIDE = 0;
        public const UInt32 WB_ANCHOR_CALLER = 1;
        public const UInt64 WB_VERIFY_ONLY_LISTED = 1;
        public const UInt64 WB_VERIFY_IGNORE_MISSING = 2;
        public const UInt64 WB_VERIFY_REFUSE_EXTRA = 4;
        public const UInt32 WB_TARGET_HOST = 0;
        public const UInt32 WB_TARGET_VIEW = 1;
        public const UInt32 WB_TARGET_SEALED = 2;
        public const UInt32 WB_TARGET_CUDA = 3;
        public const UInt32 WB_TARGET_NONE = 4;
        public const UInt32 WB_READS_AUTO = 0;
        public const UInt32 WB_READS_BUFFERED = 1;
        public const UInt32 WB_READS_DIRECT = 2;
        public const UInt64 WB_CUDA_ASYNC = 1;
        public const UInt32 WB_SLICE_SPREAD = 1;
        public const UInt32 WB_DEVICE_HOST = 4294967295;
        public static readonly UIntPtr WB_NO_INDEX = UIntPtr.Size == 8 ? new UIntPtr(UInt64.MaxValue) : new UIntPtr(UInt32.MaxValue);
        public const UInt32 WB_NO_ID = 4294967295;
        public const UInt32 WB_GRAPH_ENTRY = 0;
        public const UInt32 WB_GRAPH_FUNCTION = 1;
        public const UInt32 WB_GRAPH_SUBGRAPH = 2;
        public const UInt32 WB_ATTRIBUTE_UNDEFINED = 0;
        public const UInt32 WB_ATTRIBUTE_FLOAT = 1;
        public const UInt32 WB_ATTRIBUTE_INT = 2;
        public const UInt32 WB_ATTRIBUTE_STRING = 3;
        public const UInt32 WB_ATTRIBUTE_TENSOR = 4;
        public const UInt32 WB_ATTRIBUTE_GRAPH = 5;
        public const UInt32 WB_ATTRIBUTE_FLOATS = 6;
        public const UInt32 WB_ATTRIBUTE_INTS = 7;
        public const UInt32 WB_ATTRIBUTE_STRINGS = 8;
        public const UInt32 WB_ATTRIBUTE_TENSORS = 9;
        public const UInt32 WB_ATTRIBUTE_GRAPHS = 10;
        public const UInt32 WB_ATTRIBUTE_SPARSE_TENSOR = 11;
        public const UInt32 WB_ATTRIBUTE_SPARSE_TENSORS = 12;
        public const UInt32 WB_ATTRIBUTE_TYPE = 13;
        public const UInt32 WB_ATTRIBUTE_TYPES = 14;
        public const UInt32 WB_VALUE_INPUT = 1;
        public const UInt32 WB_VALUE_OUTPUT = 2;
        public const UInt32 WB_VALUE_INITIALIZER = 4;
        public const UInt32 WB_VALUE_COMPUTED = 8;
        public const UInt32 WB_VALUE_OUTER = 16;
        public const UInt32 WB_TYPE_UNKNOWN = 0;
        public const UInt32 WB_TYPE_TENSOR = 1;
        public const UInt32 WB_TYPE_SPARSE_TENSOR = 2;
        public const UInt32 WB_TYPE_SEQUENCE = 3;
        public const UInt32 WB_TYPE_MAP = 4;
        public const UInt32 WB_TYPE_OPTIONAL = 5;
        public const UInt32 WB_TYPE_OPAQUE = 6;
        public const UInt32 WB_SEVERITY_ERROR = 1;
        public const UInt32 WB_SEVERITY_WARNING = 2;
        public const UInt32 WB_SEVERITY_INFO = 3;

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern Byte* wb_status_name(wb_status s);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern UInt32 wb_version();

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern Byte* wb_version_string();

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern UInt32 wb_abi_version();

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern Int32 wb_has_feature(Byte* name, UIntPtr name_len);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_build_get_info(wb_build_info* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_error_code(wb_error* e);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern Byte* wb_error_message(wb_error* e);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_error_get_info(wb_error* e, wb_error_info* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_error* wb_error_retain(wb_error* e);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern void wb_error_release(wb_error* e);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_cancel_create(wb_cancel** @out, wb_error** err);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern void wb_cancel_set(wb_cancel* c);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_cancel* wb_cancel_retain(wb_cancel* c);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern void wb_cancel_release(wb_cancel* c);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_io_entries_add(wb_io_entries* entries, Byte* name, UIntPtr name_len, UInt32 kind, UInt64 bytes);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_job_run(wb_job* job);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern void wb_job_release(wb_job* job);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_context_create(wb_context_options* opt, wb_context** @out, wb_error** err);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_context* wb_context_retain(wb_context* c);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern void wb_context_release(wb_context* c);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_model_open(wb_context* c, Byte* path, UIntPtr path_len, wb_open_options* opt, wb_model** @out, wb_error** err);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_model_open_memory(wb_context* c, void* data, UIntPtr len, wb_destroy_fn destroy, void* user_data, wb_open_options* opt, wb_model** @out, wb_error** err);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_model_open_fd(wb_context* c, IntPtr fd, UInt64 offset, UInt64 len, wb_open_options* opt, wb_model** @out, wb_error** err);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_model_open_io(wb_context* c, wb_io* io, Byte* path, UIntPtr path_len, wb_open_options* opt, wb_model** @out, wb_error** err);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_model_open_blobs(wb_context* c, wb_blob* blobs, UIntPtr blob_count, Byte* path, UIntPtr path_len, wb_open_options* opt, wb_model** @out, wb_error** err);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_model* wb_model_retain(wb_model* m);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern void wb_model_release(wb_model* m);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern Int32 wb_model_changed(wb_model* m, wb_error** why);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern Byte* wb_model_format(wb_model* m);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern UIntPtr wb_model_file_count(wb_model* m);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_model_file_info(wb_model* m, UIntPtr index, wb_file_info* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern Byte* wb_dtype_name(wb_dtype d);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_dtype_get_info(wb_dtype d, wb_dtype_info* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern UIntPtr wb_model_tensor_count(wb_model* m);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_model_tensor_info(wb_model* m, UIntPtr index, wb_tensor_info* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_model_tensor_infos(wb_model* m, UIntPtr first, UIntPtr count, wb_tensor_info* @out, UIntPtr stride_bytes);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_model_tensor_find(wb_model* m, Byte* name, UIntPtr name_len, UIntPtr* index);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern UIntPtr wb_model_unindexed_count(wb_model* m);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_model_unindexed_info(wb_model* m, UIntPtr index, wb_unindexed_info* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_model_tensor_data(wb_model* m, UIntPtr index, void** ptr, UIntPtr* len);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_model_tensor_buffer(wb_model* m, UIntPtr index, wb_buffer** @out, wb_error** err);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_model_tensor_read(wb_model* m, UIntPtr index, UInt64 offset, void* dst, UIntPtr len, wb_error** err);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern void* wb_buffer_data(wb_buffer* b, UIntPtr* len);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_buffer* wb_buffer_retain(wb_buffer* b);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern void wb_buffer_release(wb_buffer* b);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_model_tensor_quantization_info(wb_model* m, UIntPtr index, wb_quantization_info* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern UIntPtr wb_model_metadata_count(wb_model* m);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_model_metadata_info(wb_model* m, UIntPtr index, wb_metadata_info* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_model_metadata_find(wb_model* m, Byte* key, UIntPtr key_len, UIntPtr* index);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern UIntPtr wb_model_asset_count(wb_model* m);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_model_asset_info(wb_model* m, UIntPtr index, wb_asset_info* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_model_asset_find(wb_model* m, Byte* name, UIntPtr name_len, UIntPtr* index);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_model_asset_buffer(wb_model* m, UIntPtr index, wb_buffer** @out, wb_error** err);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_model_verify(wb_model* m, wb_verify_options* opt, wb_report** @out, wb_error** err);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern UIntPtr wb_report_line_count(wb_report* r);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_report_line_info(wb_report* r, UIntPtr index, wb_line_info* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern UIntPtr wb_report_cost_count(wb_report* r);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_report_cost_info(wb_report* r, UIntPtr index, wb_cost_info* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern void wb_report_release(wb_report* r);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_plan_create(wb_model* m, wb_plan_options* opt, wb_plan** @out, wb_error** err);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_plan_get_info(wb_plan* p, wb_plan_info* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_plan_device_bytes(wb_plan* p, UInt32 device, UInt64* bytes);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern void wb_plan_release(wb_plan* p);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_plan_start(wb_plan* p, wb_task** @out, wb_error** err);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_task_step(wb_task* t, UInt64 budget_ns, UInt64 budget_bytes, wb_progress* @out, wb_error** err);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_task_poll(wb_task* t, wb_progress* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_task_wait(wb_task* t, wb_progress_fn progress, void* user_data, wb_error** err);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_task_on_end(wb_task* t, wb_end_fn end, void* user_data);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern void wb_task_cancel(wb_task* t);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern void wb_task_release(wb_task* t);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_model_open_start(wb_context* c, Byte* path, UIntPtr path_len, wb_open_options* opt, wb_task** @out, wb_error** err);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_model_open_memory_start(wb_context* c, void* data, UIntPtr len, wb_destroy_fn destroy, void* user_data, wb_open_options* opt, wb_task** @out, wb_error** err);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_model_open_fd_start(wb_context* c, IntPtr fd, UInt64 offset, UInt64 len, wb_open_options* opt, wb_task** @out, wb_error** err);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_model_open_io_start(wb_context* c, wb_io* io, Byte* path, UIntPtr path_len, wb_open_options* opt, wb_task** @out, wb_error** err);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_model_open_blobs_start(wb_context* c, wb_blob* blobs, UIntPtr blob_count, Byte* path, UIntPtr path_len, wb_open_options* opt, wb_task** @out, wb_error** err);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_plan_create_start(wb_model* m, wb_plan_options* opt, wb_task** @out, wb_error** err);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_task_model(wb_task* t, wb_model** @out, wb_error** err);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_task_plan(wb_task* t, wb_plan** @out, wb_error** err);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_task_finish(wb_task* t, wb_placement** @out, wb_error** err);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_model_load(wb_model* m, wb_plan_options* opt, wb_placement** @out, wb_error** err);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_placement_sealed(wb_placement* p, Int32* fd, UInt64* bytes);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern UIntPtr wb_placement_tensor_count(wb_placement* p);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_placement_tensor_info(wb_placement* p, UIntPtr index, wb_placed_tensor_info* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_placement_tensor_find(wb_placement* p, Byte* name, UIntPtr name_len, UIntPtr* index);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_placement_tensor_find_on(wb_placement* p, UInt32 device, Byte* name, UIntPtr name_len, UIntPtr* index);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_plan_create_refit(wb_model* m, wb_placement* current, wb_plan_options* opt, wb_plan** @out, wb_error** err);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_placement_refit(wb_placement* current, wb_placement* next, wb_error** err);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_placement_fence(wb_placement* p, void* stream, wb_error** err);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_placement_wait(wb_placement* p, wb_error** err);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_placement* wb_placement_retain(wb_placement* p);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern void wb_placement_release(wb_placement* p);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_placement_report(wb_placement* p, wb_report** @out, wb_error** err);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_cuda_devices_create(wb_cuda_devices** @out, wb_error** err);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern UIntPtr wb_cuda_devices_count(wb_cuda_devices* d);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_cuda_devices_info(wb_cuda_devices* d, UIntPtr index, wb_cuda_device_info* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern void wb_cuda_devices_release(wb_cuda_devices* d);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_model_get_info(wb_model* m, wb_model_info* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern UIntPtr wb_model_graph_count(wb_model* m);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_graph* wb_model_graph(wb_model* m, UIntPtr index);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_graph_get_info(wb_graph* g, wb_graph_info* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern UIntPtr wb_graph_metadata_count(wb_graph* g);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_graph_metadata_info(wb_graph* g, UIntPtr index, wb_metadata_info* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_graph_initializer_value(wb_graph* g, UInt32 index, UInt32* value);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_graph_opset_version(wb_graph* g, Byte* domain, UIntPtr domain_len, Int64* version);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern UInt32 wb_graph_node_count(wb_graph* g);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_graph_node_info(wb_graph* g, UInt32 node, wb_node_info* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_graph_node_infos(wb_graph* g, UInt32 first, UInt32 count, wb_node_info* @out, UIntPtr stride_bytes);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_graph_node_function(wb_graph* g, UInt32 node, UIntPtr* function);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_graph_attribute_info(wb_graph* g, UInt32 node, UInt32 attribute, wb_attribute_info* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_graph_attribute_find(wb_graph* g, UInt32 node, Byte* name, UIntPtr name_len, UInt32* attribute);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_graph_attribute_floats(wb_graph* g, UInt32 node, UInt32 attribute, Single** values, UIntPtr* count);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_graph_attribute_ints(wb_graph* g, UInt32 node, UInt32 attribute, Int64** values, UIntPtr* count);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_graph_attribute_string(wb_graph* g, UInt32 node, UInt32 attribute, UIntPtr index, wb_str* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_graph_attribute_tensor(wb_graph* g, UInt32 node, UInt32 attribute, UIntPtr index, UIntPtr* tensor);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_graph_attribute_graph(wb_graph* g, UInt32 node, UInt32 attribute, UIntPtr index, UIntPtr* graph);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_graph_attribute_sparse(wb_graph* g, UInt32 node, UInt32 attribute, UIntPtr index, UIntPtr* sparse);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_graph_attribute_type(wb_graph* g, UInt32 node, UInt32 attribute, UIntPtr index, UInt32* type);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern UInt32 wb_graph_value_count(wb_graph* g);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_graph_value_info(wb_graph* g, UInt32 value, wb_value_info* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_graph_value_infos(wb_graph* g, UInt32 first, UInt32 count, wb_value_info* @out, UIntPtr stride_bytes);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_graph_value_find(wb_graph* g, Byte* name, UIntPtr name_len, UInt32* value);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_graph_value_outer(wb_graph* g, UInt32 value, UIntPtr* graph, UInt32* outer);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern UIntPtr wb_model_sparse_count(wb_model* m);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_model_sparse_info(wb_model* m, UIntPtr index, wb_sparse_info* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern UInt32 wb_graph_type_count(wb_graph* g);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_graph_type_info(wb_graph* g, UInt32 type, wb_type_info* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_graph_type_dim_info(wb_graph* g, UInt32 type, UInt32 dim, wb_dim_info* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern UIntPtr wb_model_function_count(wb_model* m);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_model_function_info(wb_model* m, UIntPtr index, wb_function_info* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_model_function_attribute_name(wb_model* m, UIntPtr function, UIntPtr index, wb_str* name);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_model_function_opset_info(wb_model* m, UIntPtr function, UIntPtr index, wb_opset_info* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern UIntPtr wb_model_opset_count(wb_model* m);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_model_opset_info(wb_model* m, UIntPtr index, wb_opset_info* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern UIntPtr wb_model_signature_count(wb_model* m);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_model_signature_info(wb_model* m, UIntPtr index, wb_signature_info* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_model_signature_input_info(wb_model* m, UIntPtr signature, UIntPtr index, wb_signature_value_info* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_model_signature_output_info(wb_model* m, UIntPtr signature, UIntPtr index, wb_signature_value_info* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern UIntPtr wb_model_note_count(wb_model* m);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_model_note_info(wb_model* m, UIntPtr index, wb_finding_info* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern UIntPtr wb_plan_note_count(wb_plan* p);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_plan_note_info(wb_plan* p, UIntPtr index, wb_finding_info* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_model_check(wb_model* m, wb_check_options* opt, wb_findings** @out, wb_error** err);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern UIntPtr wb_findings_count(wb_findings* f);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern wb_status wb_findings_info(wb_findings* f, UIntPtr index, wb_finding_info* @out);

        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern void wb_findings_release(wb_findings* f);
    }
}
