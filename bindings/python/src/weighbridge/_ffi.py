# The C interface of Weighbridge, made from capi/src by `cargo xtask header`; do not edit. weighbridge.h documents it.
# SPDX-License-Identifier: MIT OR Apache-2.0

from ctypes import *  # noqa: F403

WB_NUL = c_size_t(-1).value
WB_OK = 0
WB_PENDING = 1
WB_ERR_INVALID_ARGUMENT = -1
WB_ERR_UNSUPPORTED = -2
WB_ERR_OUT_OF_MEMORY = -3
WB_ERR_IO = -4
WB_ERR_NOT_FOUND = -5
WB_ERR_FORMAT = -6
WB_ERR_LIMIT = -7
WB_ERR_MISMATCH = -8
WB_ERR_UNVERIFIED = -9
WB_ERR_DEVICE = -10
WB_ERR_CANCELLED = -11
WB_ERR_CALLBACK = -12
WB_ERR_NOT_MAPPED = -13
WB_ERR_CHANGED = -14
WB_ERR_INTERNAL = -100
WB_VERSION_MAJOR = 0
WB_VERSION_MINOR = 1
WB_VERSION_PATCH = 0
WB_ABI_VERSION = 0
WB_PROCEED = 0
WB_STOP = 1
WB_IO_OK = 0
WB_IO_NOT_FOUND = 1
WB_IO_FILE = 0
WB_IO_FOLDER = 1
WB_THREADS_ALL = 4294967295
WB_LOG_ERROR = 1
WB_LOG_WARN = 2
WB_LOG_INFO = 3
WB_LOG_DEBUG = 4
WB_OPEN_READ = 1
WB_OPEN_REFUSE_REPLACED = 2
WB_OPEN_MEMO_COVERS = 4
WB_VERIFY_IF_PRESENT = 0
WB_VERIFY_REQUIRED = 1
WB_VERIFY_NONE = 2
WB_BOOL = 1
WB_U8 = 2
WB_I8 = 3
WB_U16 = 4
WB_I16 = 5
WB_U32 = 6
WB_I32 = 7
WB_U64 = 8
WB_I64 = 9
WB_F16 = 10
WB_BF16 = 11
WB_F32 = 12
WB_F64 = 13
WB_C64 = 14
WB_C128 = 15
WB_F8_E4M3 = 16
WB_F8_E5M2 = 17
WB_F8_E4M3FNUZ = 18
WB_F8_E5M2FNUZ = 19
WB_F8_E8M0 = 20
WB_F6_E2M3 = 21
WB_F6_E3M2 = 22
WB_F4 = 23
WB_U4 = 24
WB_I4 = 25
WB_U2 = 26
WB_I2 = 27
WB_STRING = 28
WB_Q4_0 = 64
WB_Q4_1 = 65
WB_Q5_0 = 66
WB_Q5_1 = 67
WB_Q8_0 = 68
WB_Q8_1 = 69
WB_Q2_K = 70
WB_Q3_K = 71
WB_Q4_K = 72
WB_Q5_K = 73
WB_Q6_K = 74
WB_Q8_K = 75
WB_IQ2_XXS = 76
WB_IQ2_XS = 77
WB_IQ3_XXS = 78
WB_IQ1_S = 79
WB_IQ4_NL = 80
WB_IQ3_S = 81
WB_IQ2_S = 82
WB_IQ4_XS = 83
WB_IQ1_M = 84
WB_TQ1_0 = 85
WB_TQ2_0 = 86
WB_MXFP4 = 87
WB_NVFP4 = 88
WB_Q1_0 = 89
WB_Q2_0 = 90
WB_QUANTIZED_TENSOR = 1
WB_QUANTIZED_AXIS = 2
WB_QUANTIZED_BLOCK = 3
WB_METADATA_NULL = 0
WB_METADATA_BOOL = 1
WB_METADATA_I64 = 2
WB_METADATA_U64 = 3
WB_METADATA_F64 = 4
WB_METADATA_TEXT = 5
WB_METADATA_BYTES = 6
WB_METADATA_LIST = 7
WB_METADATA_MAP = 8
WB_OUTCOME_UNCOVERED = 0
WB_OUTCOME_MATCH = 1
WB_OUTCOME_MISMATCH = 2
WB_SUBJECT_FILE = 0
WB_SUBJECT_TENSOR = 1
WB_SUBJECT_RUN = 2
WB_ANCHOR_BESIDE = 0
WB_ANCHOR_CALLER = 1
WB_VERIFY_ONLY_LISTED = 1
WB_VERIFY_IGNORE_MISSING = 2
WB_VERIFY_REFUSE_EXTRA = 4
WB_TARGET_HOST = 0
WB_TARGET_VIEW = 1
WB_TARGET_SEALED = 2
WB_TARGET_CUDA = 3
WB_TARGET_NONE = 4
WB_READS_AUTO = 0
WB_READS_BUFFERED = 1
WB_READS_DIRECT = 2
WB_CUDA_ASYNC = 1
WB_SLICE_SPREAD = 1
WB_DEVICE_HOST = 4294967295
WB_NO_INDEX = c_size_t(-1).value
WB_NO_ID = 4294967295
WB_GRAPH_ENTRY = 0
WB_GRAPH_FUNCTION = 1
WB_GRAPH_SUBGRAPH = 2
WB_ATTRIBUTE_UNDEFINED = 0
WB_ATTRIBUTE_FLOAT = 1
WB_ATTRIBUTE_INT = 2
WB_ATTRIBUTE_STRING = 3
WB_ATTRIBUTE_TENSOR = 4
WB_ATTRIBUTE_GRAPH = 5
WB_ATTRIBUTE_FLOATS = 6
WB_ATTRIBUTE_INTS = 7
WB_ATTRIBUTE_STRINGS = 8
WB_ATTRIBUTE_TENSORS = 9
WB_ATTRIBUTE_GRAPHS = 10
WB_ATTRIBUTE_SPARSE_TENSOR = 11
WB_ATTRIBUTE_SPARSE_TENSORS = 12
WB_ATTRIBUTE_TYPE = 13
WB_ATTRIBUTE_TYPES = 14
WB_VALUE_INPUT = 1
WB_VALUE_OUTPUT = 2
WB_VALUE_INITIALIZER = 4
WB_VALUE_COMPUTED = 8
WB_VALUE_OUTER = 16
WB_TYPE_UNKNOWN = 0
WB_TYPE_TENSOR = 1
WB_TYPE_SPARSE_TENSOR = 2
WB_TYPE_SEQUENCE = 3
WB_TYPE_MAP = 4
WB_TYPE_OPTIONAL = 5
WB_TYPE_OPAQUE = 6
WB_SEVERITY_ERROR = 1
WB_SEVERITY_WARNING = 2
WB_SEVERITY_INFO = 3

wb_status = c_int32
wb_dtype = c_uint32


class wb_str(Structure):
    pass


class wb_build_info(Structure):
    pass


class wb_error(Structure):
    pass


class wb_error_info(Structure):
    pass


class wb_progress(Structure):
    pass


class wb_cancel(Structure):
    pass


class wb_io_entries(Structure):
    pass


class wb_io(Structure):
    pass


class wb_job(Structure):
    pass


class wb_threads(Structure):
    pass


class wb_allocator(Structure):
    pass


class wb_budget(Structure):
    pass


class wb_cost_info(Structure):
    pass


class wb_measurement(Structure):
    pass


class wb_metrics(Structure):
    pass


class wb_context(Structure):
    pass


class wb_context_options(Structure):
    pass


class wb_model(Structure):
    pass


class wb_open_options(Structure):
    pass


class wb_blob(Structure):
    pass


class wb_file_info(Structure):
    pass


class wb_dtype_info(Structure):
    pass


class wb_buffer(Structure):
    pass


class wb_tensor_info(Structure):
    pass


class wb_unindexed_info(Structure):
    pass


class wb_quantization_info(Structure):
    pass


class wb_metadata_info(Structure):
    pass


class wb_asset_info(Structure):
    pass


class wb_report(Structure):
    pass


class wb_verify_options(Structure):
    pass


class wb_line_info(Structure):
    pass


class wb_plan(Structure):
    pass


class wb_slice(Structure):
    pass


class wb_cast(Structure):
    pass


class wb_destination(Structure):
    pass


class wb_route(Structure):
    pass


class wb_cuda_options(Structure):
    pass


class wb_plan_options(Structure):
    pass


class wb_plan_info(Structure):
    pass


class wb_task(Structure):
    pass


class wb_placement(Structure):
    pass


class wb_placed_tensor_info(Structure):
    pass


class wb_cuda_devices(Structure):
    pass


class wb_cuda_device_info(Structure):
    pass


class wb_graph(Structure):
    pass


class wb_model_info(Structure):
    pass


class wb_graph_info(Structure):
    pass


class wb_node_info(Structure):
    pass


class wb_attribute_info(Structure):
    pass


class wb_value_info(Structure):
    pass


class wb_sparse_info(Structure):
    pass


class wb_type_info(Structure):
    pass


class wb_dim_info(Structure):
    pass


class wb_function_info(Structure):
    pass


class wb_opset_info(Structure):
    pass


class wb_signature_info(Structure):
    pass


class wb_signature_value_info(Structure):
    pass


class wb_findings(Structure):
    pass


class wb_finding_info(Structure):
    pass


class wb_check_options(Structure):
    pass


wb_str._fields_ = [
    ("ptr", POINTER(c_char)),
    ("len", c_size_t),
]

wb_build_info._fields_ = [
    ("struct_size", c_size_t),
    ("version", wb_str),
    ("features", wb_str),
    ("target", wb_str),
    ("profile", wb_str),
    ("compiler", wb_str),
]

wb_error_info._fields_ = [
    ("struct_size", c_size_t),
    ("code", wb_status),
    ("reserved", c_uint32),
    ("message", wb_str),
    ("path", wb_str),
    ("subject", wb_str),
    ("offset", c_uint64),
    ("os_code", c_int64),
]

wb_log_fn = CFUNCTYPE(None, c_void_p, c_uint32, POINTER(c_char), c_size_t, POINTER(c_char), c_size_t)

wb_destroy_fn = CFUNCTYPE(None, c_void_p)

wb_progress._fields_ = [
    ("struct_size", c_size_t),
    ("done_bytes", c_uint64),
    ("total_bytes", c_uint64),
    ("done_tensors", c_uint64),
    ("total_tensors", c_uint64),
]

wb_progress_fn = CFUNCTYPE(c_int32, c_void_p, POINTER(wb_progress))

wb_io_open_fn = CFUNCTYPE(c_int32, c_void_p, POINTER(c_char), c_size_t, POINTER(c_void_p))

wb_io_stat_fn = CFUNCTYPE(c_int32, c_void_p, c_void_p, POINTER(c_uint64), POINTER(c_uint64))

wb_io_read_fn = CFUNCTYPE(c_int32, c_void_p, c_void_p, c_uint64, c_void_p, c_size_t, POINTER(c_size_t))

wb_io_close_fn = CFUNCTYPE(None, c_void_p, c_void_p)

wb_io_list_fn = CFUNCTYPE(c_int32, c_void_p, POINTER(c_char), c_size_t, POINTER(wb_io_entries))

wb_io_map_fn = CFUNCTYPE(c_int32, c_void_p, c_void_p, POINTER(c_void_p))

wb_io_unmap_fn = CFUNCTYPE(None, c_void_p, c_void_p, c_void_p)

wb_io_will_read_fn = CFUNCTYPE(None, c_void_p, c_void_p, c_uint64, c_uint64)

wb_io._fields_ = [
    ("struct_size", c_size_t),
    ("user_data", c_void_p),
    ("destroy", wb_destroy_fn),
    ("open", wb_io_open_fn),
    ("stat", wb_io_stat_fn),
    ("read_at", wb_io_read_fn),
    ("close", wb_io_close_fn),
    ("list", wb_io_list_fn),
    ("map", wb_io_map_fn),
    ("unmap", wb_io_unmap_fn),
    ("will_read", wb_io_will_read_fn),
    ("preferred_read", c_uint64),
]

wb_spawn_fn = CFUNCTYPE(wb_status, c_void_p, POINTER(wb_job))

wb_thread_fn = CFUNCTYPE(None, c_void_p, c_uint32)

wb_threads._fields_ = [
    ("struct_size", c_size_t),
    ("user_data", c_void_p),
    ("destroy", wb_destroy_fn),
    ("spawn", wb_spawn_fn),
    ("start", wb_thread_fn),
    ("stop", wb_thread_fn),
]

wb_alloc_fn = CFUNCTYPE(c_void_p, c_void_p, c_size_t, c_size_t)

wb_free_fn = CFUNCTYPE(None, c_void_p, c_void_p, c_size_t, c_size_t)

wb_allocator._fields_ = [
    ("struct_size", c_size_t),
    ("user_data", c_void_p),
    ("destroy", wb_destroy_fn),
    ("alloc", wb_alloc_fn),
    ("free", wb_free_fn),
]

wb_reserve_fn = CFUNCTYPE(wb_status, c_void_p, c_uint32, c_uint64)

wb_release_fn = CFUNCTYPE(None, c_void_p, c_uint32, c_uint64)

wb_budget._fields_ = [
    ("struct_size", c_size_t),
    ("user_data", c_void_p),
    ("destroy", wb_destroy_fn),
    ("reserve", wb_reserve_fn),
    ("release", wb_release_fn),
]

wb_cost_info._fields_ = [
    ("struct_size", c_size_t),
    ("stage", wb_str),
    ("bytes", c_uint64),
    ("nanoseconds", c_uint64),
]

wb_measurement._fields_ = [
    ("struct_size", c_size_t),
    ("operation", wb_str),
    ("model", wb_str),
    ("status", wb_status),
    ("stage_size", c_uint32),
    ("bytes", c_uint64),
    ("nanoseconds", c_uint64),
    ("stages", POINTER(wb_cost_info)),
    ("stage_count", c_size_t),
]

wb_measured_fn = CFUNCTYPE(None, c_void_p, POINTER(wb_measurement))

wb_metrics._fields_ = [
    ("struct_size", c_size_t),
    ("user_data", c_void_p),
    ("destroy", wb_destroy_fn),
    ("measured", wb_measured_fn),
]

wb_context_options._fields_ = [
    ("struct_size", c_size_t),
    ("max_threads", c_uint32),
    ("log_max_level", c_uint32),
    ("log", wb_log_fn),
    ("log_user_data", c_void_p),
    ("log_destroy", wb_destroy_fn),
    ("io", POINTER(wb_io)),
    ("threads", POINTER(wb_threads)),
    ("allocator", POINTER(wb_allocator)),
    ("budget", POINTER(wb_budget)),
    ("metrics", POINTER(wb_metrics)),
]

wb_open_options._fields_ = [
    ("struct_size", c_size_t),
    ("flags", c_uint64),
    ("verify", c_uint32),
    ("reserved", c_uint32),
    ("format", wb_str),
    ("manifest", c_void_p),
    ("manifest_len", c_size_t),
    ("max_header_bytes", c_uint64),
    ("max_tensors", c_uint64),
    ("max_files", c_uint64),
    ("max_heap_bytes", c_uint64),
    ("name", wb_str),
    ("progress", wb_progress_fn),
    ("user_data", c_void_p),
    ("cancel", POINTER(wb_cancel)),
    ("link_roots", POINTER(wb_str)),
    ("link_root_count", c_size_t),
    ("memo", wb_str),
]

wb_blob._fields_ = [
    ("struct_size", c_size_t),
    ("name", wb_str),
    ("data", c_void_p),
    ("len", c_size_t),
    ("destroy", wb_destroy_fn),
    ("user_data", c_void_p),
]

wb_file_info._fields_ = [
    ("struct_size", c_size_t),
    ("path", wb_str),
    ("bytes", c_uint64),
]

wb_dtype_info._fields_ = [
    ("struct_size", c_size_t),
    ("name", wb_str),
    ("bits", c_uint32),
    ("block_elements", c_uint32),
    ("block_bytes", c_uint32),
    ("alignment", c_uint32),
]

wb_tensor_info._fields_ = [
    ("struct_size", c_size_t),
    ("name", wb_str),
    ("dtype", wb_dtype),
    ("rank", c_uint32),
    ("shape", POINTER(c_int64)),
    ("strides", POINTER(c_int64)),
    ("bytes", c_uint64),
    ("offset", c_uint64),
    ("file", c_size_t),
    ("alignment", c_uint32),
    ("reserved", c_uint32),
]

wb_unindexed_info._fields_ = [
    ("struct_size", c_size_t),
    ("name", wb_str),
    ("file", wb_str),
]

wb_quantization_info._fields_ = [
    ("struct_size", c_size_t),
    ("scheme", c_uint32),
    ("axis", c_uint32),
    ("block", c_uint64),
    ("scales", POINTER(c_double)),
    ("scale_count", c_size_t),
    ("zero_points", POINTER(c_int64)),
    ("zero_point_count", c_size_t),
    ("scale_tensor", c_size_t),
    ("zero_point_tensor", c_size_t),
]

wb_metadata_info._fields_ = [
    ("struct_size", c_size_t),
    ("type", c_uint32),
    ("boolean", c_uint32),
    ("i64", c_int64),
    ("u64", c_uint64),
    ("f64", c_double),
    ("len", c_uint64),
    ("key", wb_str),
    ("text", wb_str),
]

wb_asset_info._fields_ = [
    ("struct_size", c_size_t),
    ("name", wb_str),
    ("bytes", c_uint64),
]

wb_verify_options._fields_ = [
    ("struct_size", c_size_t),
    ("progress", wb_progress_fn),
    ("user_data", c_void_p),
    ("cancel", POINTER(wb_cancel)),
    ("flags", c_uint64),
]

wb_line_info._fields_ = [
    ("struct_size", c_size_t),
    ("outcome", c_uint32),
    ("anchor", c_uint32),
    ("subject", wb_str),
    ("algorithm", wb_str),
    ("source", wb_str),
    ("expected", wb_str),
    ("actual", wb_str),
    ("subject_kind", c_uint32),
    ("covers", c_uint32),
    ("reason", wb_str),
    ("offset", c_uint64),
    ("bytes", c_uint64),
]

wb_slice._fields_ = [
    ("struct_size", c_size_t),
    ("pattern", wb_str),
    ("dim", c_uint32),
    ("flags", c_uint32),
    ("rank", c_uint64),
    ("world", c_uint64),
]

wb_cast._fields_ = [
    ("struct_size", c_size_t),
    ("pattern", wb_str),
    ("from_", wb_dtype),
    ("to", wb_dtype),
]

wb_destination._fields_ = [
    ("struct_size", c_size_t),
    ("tensor", wb_str),
    ("address", c_uint64),
    ("bytes", c_uint64),
    ("device", c_uint32),
    ("reserved", c_uint32),
]

wb_route._fields_ = [
    ("struct_size", c_size_t),
    ("pattern", wb_str),
    ("device", c_uint32),
    ("reserved", c_uint32),
]

wb_cuda_options._fields_ = [
    ("struct_size", c_size_t),
    ("devices", POINTER(c_uint32)),
    ("device_count", c_size_t),
    ("routes", POINTER(wb_route)),
    ("route_count", c_size_t),
    ("stream", c_void_p),
    ("flags", c_uint64),
]

wb_plan_options._fields_ = [
    ("struct_size", c_size_t),
    ("target", c_uint32),
    ("reads", c_uint32),
    ("include", POINTER(wb_str)),
    ("include_count", c_size_t),
    ("tensors", POINTER(c_size_t)),
    ("tensor_count", c_size_t),
    ("slices", POINTER(wb_slice)),
    ("slice_count", c_size_t),
    ("casts", POINTER(wb_cast)),
    ("cast_count", c_size_t),
    ("destinations", POINTER(wb_destination)),
    ("destination_count", c_size_t),
    ("cuda", POINTER(wb_cuda_options)),
    ("alignment", c_uint64),
    ("staging_bytes", c_uint64),
    ("block_bytes", c_uint64),
    ("readers", c_uint32),
    ("reserved", c_uint32),
    ("cancel", POINTER(wb_cancel)),
]

wb_plan_info._fields_ = [
    ("struct_size", c_size_t),
    ("tensors", c_uint64),
    ("payload_bytes", c_uint64),
    ("read_bytes", c_uint64),
    ("target_bytes", c_uint64),
    ("staging_bytes", c_uint64),
    ("transient_bytes", c_uint64),
    ("target", c_uint32),
    ("reserved", c_uint32),
]

wb_end_fn = CFUNCTYPE(None, c_void_p)

wb_placed_tensor_info._fields_ = [
    ("struct_size", c_size_t),
    ("data", c_void_p),
    ("device_address", c_uint64),
    ("bytes", c_uint64),
    ("tensor", c_size_t),
    ("name", wb_str),
    ("shape", POINTER(c_int64)),
    ("rank", c_uint32),
    ("dtype", wb_dtype),
    ("device", c_uint32),
    ("reserved", c_uint32),
    ("offset", c_uint64),
]

wb_cuda_device_info._fields_ = [
    ("struct_size", c_size_t),
    ("name", wb_str),
    ("pci", wb_str),
    ("uuid", c_uint8 * 16),
    ("memory_bytes", c_uint64),
    ("free_bytes", c_uint64),
    ("ordinal", c_uint32),
    ("compute_major", c_uint32),
    ("compute_minor", c_uint32),
    ("driver_version", c_uint32),
]

wb_model_info._fields_ = [
    ("struct_size", c_size_t),
    ("format_version", c_int64),
    ("producer", wb_str),
    ("producer_version", wb_str),
    ("domain", wb_str),
    ("model_version", c_int64),
    ("documentation", wb_str),
]

wb_graph_info._fields_ = [
    ("struct_size", c_size_t),
    ("name", wb_str),
    ("documentation", wb_str),
    ("index", c_size_t),
    ("function", c_size_t),
    ("parent", c_size_t),
    ("role", c_uint32),
    ("node", c_uint32),
    ("attribute", c_uint32),
    ("inputs", c_uint32),
    ("outputs", c_uint32),
    ("initializers", c_uint32),
    ("input_values", POINTER(c_uint32)),
    ("output_values", POINTER(c_uint32)),
]

wb_node_info._fields_ = [
    ("struct_size", c_size_t),
    ("name", wb_str),
    ("op", wb_str),
    ("domain", wb_str),
    ("overload", wb_str),
    ("input_values", POINTER(c_uint32)),
    ("output_values", POINTER(c_uint32)),
    ("control_nodes", POINTER(c_uint32)),
    ("inputs", c_uint32),
    ("outputs", c_uint32),
    ("controls", c_uint32),
    ("attributes", c_uint32),
]

wb_attribute_info._fields_ = [
    ("struct_size", c_size_t),
    ("name", wb_str),
    ("reference", wb_str),
    ("kind", c_uint32),
    ("reserved", c_uint32),
    ("count", c_size_t),
]

wb_value_info._fields_ = [
    ("struct_size", c_size_t),
    ("name", wb_str),
    ("flags", c_uint32),
    ("dtype", wb_dtype),
    ("shape", POINTER(c_int64)),
    ("rank", c_uint32),
    ("type", c_uint32),
    ("producer", c_uint32),
    ("reserved", c_uint32),
    ("tensor", c_size_t),
    ("sparse", c_size_t),
]

wb_sparse_info._fields_ = [
    ("struct_size", c_size_t),
    ("shape", POINTER(c_int64)),
    ("rank", c_uint32),
    ("reserved", c_uint32),
    ("values", c_size_t),
    ("indices", c_size_t),
]

wb_type_info._fields_ = [
    ("struct_size", c_size_t),
    ("kind", c_uint32),
    ("dtype", wb_dtype),
    ("denotation", wb_str),
    ("shape", POINTER(c_int64)),
    ("rank", c_uint32),
    ("element", c_uint32),
    ("code", c_int32),
    ("reserved", c_uint32),
]

wb_dim_info._fields_ = [
    ("struct_size", c_size_t),
    ("size", c_int64),
    ("symbol", wb_str),
    ("denotation", wb_str),
]

wb_function_info._fields_ = [
    ("struct_size", c_size_t),
    ("name", wb_str),
    ("domain", wb_str),
    ("overload", wb_str),
    ("graph", c_size_t),
    ("attributes", c_size_t),
    ("opsets", c_size_t),
    ("defaults", c_uint32),
    ("reserved", c_uint32),
]

wb_opset_info._fields_ = [
    ("struct_size", c_size_t),
    ("domain", wb_str),
    ("version", c_int64),
]

wb_signature_info._fields_ = [
    ("struct_size", c_size_t),
    ("key", wb_str),
    ("graph", c_size_t),
    ("inputs", c_size_t),
    ("outputs", c_size_t),
]

wb_signature_value_info._fields_ = [
    ("struct_size", c_size_t),
    ("name", wb_str),
    ("value", c_uint32),
    ("reserved", c_uint32),
]

wb_finding_info._fields_ = [
    ("struct_size", c_size_t),
    ("severity", c_uint32),
    ("reserved", c_uint32),
    ("rule", wb_str),
    ("path", wb_str),
    ("message", wb_str),
    ("remedy", wb_str),
]

wb_check_options._fields_ = [
    ("struct_size", c_size_t),
    ("target", wb_str),
    ("max_read_bytes", c_uint64),
    ("progress", wb_progress_fn),
    ("user_data", c_void_p),
    ("cancel", POINTER(wb_cancel)),
]

# The type of the result, and those of the parameters.
FUNCTIONS = {
    "wb_status_name": (c_char_p, [wb_status]),
    "wb_version": (c_uint32, []),
    "wb_version_string": (c_char_p, []),
    "wb_abi_version": (c_uint32, []),
    "wb_has_feature": (c_int32, [c_char_p, c_size_t]),
    "wb_build_get_info": (wb_status, [POINTER(wb_build_info)]),
    "wb_error_code": (wb_status, [POINTER(wb_error)]),
    "wb_error_message": (c_char_p, [POINTER(wb_error)]),
    "wb_error_get_info": (wb_status, [POINTER(wb_error), POINTER(wb_error_info)]),
    "wb_error_retain": (POINTER(wb_error), [POINTER(wb_error)]),
    "wb_error_release": (None, [POINTER(wb_error)]),
    "wb_cancel_create": (wb_status, [POINTER(POINTER(wb_cancel)), POINTER(POINTER(wb_error))]),
    "wb_cancel_set": (None, [POINTER(wb_cancel)]),
    "wb_cancel_retain": (POINTER(wb_cancel), [POINTER(wb_cancel)]),
    "wb_cancel_release": (None, [POINTER(wb_cancel)]),
    "wb_io_entries_add": (wb_status, [POINTER(wb_io_entries), c_char_p, c_size_t, c_uint32, c_uint64]),
    "wb_job_run": (wb_status, [POINTER(wb_job)]),
    "wb_job_release": (None, [POINTER(wb_job)]),
    "wb_context_create": (wb_status, [POINTER(wb_context_options), POINTER(POINTER(wb_context)), POINTER(POINTER(wb_error))]),
    "wb_context_retain": (POINTER(wb_context), [POINTER(wb_context)]),
    "wb_context_release": (None, [POINTER(wb_context)]),
    "wb_model_open": (wb_status, [POINTER(wb_context), c_char_p, c_size_t, POINTER(wb_open_options), POINTER(POINTER(wb_model)), POINTER(POINTER(wb_error))]),
    "wb_model_open_memory": (wb_status, [POINTER(wb_context), c_void_p, c_size_t, wb_destroy_fn, c_void_p, POINTER(wb_open_options), POINTER(POINTER(wb_model)), POINTER(POINTER(wb_error))]),
    "wb_model_open_fd": (wb_status, [POINTER(wb_context), c_ssize_t, c_uint64, c_uint64, POINTER(wb_open_options), POINTER(POINTER(wb_model)), POINTER(POINTER(wb_error))]),
    "wb_model_open_io": (wb_status, [POINTER(wb_context), POINTER(wb_io), c_char_p, c_size_t, POINTER(wb_open_options), POINTER(POINTER(wb_model)), POINTER(POINTER(wb_error))]),
    "wb_model_open_blobs": (wb_status, [POINTER(wb_context), POINTER(wb_blob), c_size_t, c_char_p, c_size_t, POINTER(wb_open_options), POINTER(POINTER(wb_model)), POINTER(POINTER(wb_error))]),
    "wb_model_retain": (POINTER(wb_model), [POINTER(wb_model)]),
    "wb_model_release": (None, [POINTER(wb_model)]),
    "wb_model_changed": (c_int32, [POINTER(wb_model), POINTER(POINTER(wb_error))]),
    "wb_model_format": (c_char_p, [POINTER(wb_model)]),
    "wb_model_file_count": (c_size_t, [POINTER(wb_model)]),
    "wb_model_file_info": (wb_status, [POINTER(wb_model), c_size_t, POINTER(wb_file_info)]),
    "wb_dtype_name": (c_char_p, [wb_dtype]),
    "wb_dtype_get_info": (wb_status, [wb_dtype, POINTER(wb_dtype_info)]),
    "wb_model_tensor_count": (c_size_t, [POINTER(wb_model)]),
    "wb_model_tensor_info": (wb_status, [POINTER(wb_model), c_size_t, POINTER(wb_tensor_info)]),
    "wb_model_tensor_infos": (wb_status, [POINTER(wb_model), c_size_t, c_size_t, POINTER(wb_tensor_info), c_size_t]),
    "wb_model_tensor_find": (wb_status, [POINTER(wb_model), c_char_p, c_size_t, POINTER(c_size_t)]),
    "wb_model_unindexed_count": (c_size_t, [POINTER(wb_model)]),
    "wb_model_unindexed_info": (wb_status, [POINTER(wb_model), c_size_t, POINTER(wb_unindexed_info)]),
    "wb_model_tensor_data": (wb_status, [POINTER(wb_model), c_size_t, POINTER(c_void_p), POINTER(c_size_t)]),
    "wb_model_tensor_buffer": (wb_status, [POINTER(wb_model), c_size_t, POINTER(POINTER(wb_buffer)), POINTER(POINTER(wb_error))]),
    "wb_model_tensor_read": (wb_status, [POINTER(wb_model), c_size_t, c_uint64, c_void_p, c_size_t, POINTER(POINTER(wb_error))]),
    "wb_buffer_data": (c_void_p, [POINTER(wb_buffer), POINTER(c_size_t)]),
    "wb_buffer_retain": (POINTER(wb_buffer), [POINTER(wb_buffer)]),
    "wb_buffer_release": (None, [POINTER(wb_buffer)]),
    "wb_model_tensor_quantization_info": (wb_status, [POINTER(wb_model), c_size_t, POINTER(wb_quantization_info)]),
    "wb_model_metadata_count": (c_size_t, [POINTER(wb_model)]),
    "wb_model_metadata_info": (wb_status, [POINTER(wb_model), c_size_t, POINTER(wb_metadata_info)]),
    "wb_model_metadata_find": (wb_status, [POINTER(wb_model), c_char_p, c_size_t, POINTER(c_size_t)]),
    "wb_model_asset_count": (c_size_t, [POINTER(wb_model)]),
    "wb_model_asset_info": (wb_status, [POINTER(wb_model), c_size_t, POINTER(wb_asset_info)]),
    "wb_model_asset_find": (wb_status, [POINTER(wb_model), c_char_p, c_size_t, POINTER(c_size_t)]),
    "wb_model_asset_buffer": (wb_status, [POINTER(wb_model), c_size_t, POINTER(POINTER(wb_buffer)), POINTER(POINTER(wb_error))]),
    "wb_model_verify": (wb_status, [POINTER(wb_model), POINTER(wb_verify_options), POINTER(POINTER(wb_report)), POINTER(POINTER(wb_error))]),
    "wb_report_line_count": (c_size_t, [POINTER(wb_report)]),
    "wb_report_line_info": (wb_status, [POINTER(wb_report), c_size_t, POINTER(wb_line_info)]),
    "wb_report_cost_count": (c_size_t, [POINTER(wb_report)]),
    "wb_report_cost_info": (wb_status, [POINTER(wb_report), c_size_t, POINTER(wb_cost_info)]),
    "wb_report_release": (None, [POINTER(wb_report)]),
    "wb_plan_create": (wb_status, [POINTER(wb_model), POINTER(wb_plan_options), POINTER(POINTER(wb_plan)), POINTER(POINTER(wb_error))]),
    "wb_plan_get_info": (wb_status, [POINTER(wb_plan), POINTER(wb_plan_info)]),
    "wb_plan_device_bytes": (wb_status, [POINTER(wb_plan), c_uint32, POINTER(c_uint64)]),
    "wb_plan_release": (None, [POINTER(wb_plan)]),
    "wb_plan_start": (wb_status, [POINTER(wb_plan), POINTER(POINTER(wb_task)), POINTER(POINTER(wb_error))]),
    "wb_task_step": (wb_status, [POINTER(wb_task), c_uint64, c_uint64, POINTER(wb_progress), POINTER(POINTER(wb_error))]),
    "wb_task_poll": (wb_status, [POINTER(wb_task), POINTER(wb_progress)]),
    "wb_task_wait": (wb_status, [POINTER(wb_task), wb_progress_fn, c_void_p, POINTER(POINTER(wb_error))]),
    "wb_task_on_end": (wb_status, [POINTER(wb_task), wb_end_fn, c_void_p]),
    "wb_task_cancel": (None, [POINTER(wb_task)]),
    "wb_task_release": (None, [POINTER(wb_task)]),
    "wb_model_open_start": (wb_status, [POINTER(wb_context), c_char_p, c_size_t, POINTER(wb_open_options), POINTER(POINTER(wb_task)), POINTER(POINTER(wb_error))]),
    "wb_model_open_memory_start": (wb_status, [POINTER(wb_context), c_void_p, c_size_t, wb_destroy_fn, c_void_p, POINTER(wb_open_options), POINTER(POINTER(wb_task)), POINTER(POINTER(wb_error))]),
    "wb_model_open_fd_start": (wb_status, [POINTER(wb_context), c_ssize_t, c_uint64, c_uint64, POINTER(wb_open_options), POINTER(POINTER(wb_task)), POINTER(POINTER(wb_error))]),
    "wb_model_open_io_start": (wb_status, [POINTER(wb_context), POINTER(wb_io), c_char_p, c_size_t, POINTER(wb_open_options), POINTER(POINTER(wb_task)), POINTER(POINTER(wb_error))]),
    "wb_model_open_blobs_start": (wb_status, [POINTER(wb_context), POINTER(wb_blob), c_size_t, c_char_p, c_size_t, POINTER(wb_open_options), POINTER(POINTER(wb_task)), POINTER(POINTER(wb_error))]),
    "wb_plan_create_start": (wb_status, [POINTER(wb_model), POINTER(wb_plan_options), POINTER(POINTER(wb_task)), POINTER(POINTER(wb_error))]),
    "wb_task_model": (wb_status, [POINTER(wb_task), POINTER(POINTER(wb_model)), POINTER(POINTER(wb_error))]),
    "wb_task_plan": (wb_status, [POINTER(wb_task), POINTER(POINTER(wb_plan)), POINTER(POINTER(wb_error))]),
    "wb_task_finish": (wb_status, [POINTER(wb_task), POINTER(POINTER(wb_placement)), POINTER(POINTER(wb_error))]),
    "wb_model_load": (wb_status, [POINTER(wb_model), POINTER(wb_plan_options), POINTER(POINTER(wb_placement)), POINTER(POINTER(wb_error))]),
    "wb_placement_sealed": (wb_status, [POINTER(wb_placement), POINTER(c_int32), POINTER(c_uint64)]),
    "wb_placement_tensor_count": (c_size_t, [POINTER(wb_placement)]),
    "wb_placement_tensor_info": (wb_status, [POINTER(wb_placement), c_size_t, POINTER(wb_placed_tensor_info)]),
    "wb_placement_tensor_find": (wb_status, [POINTER(wb_placement), c_char_p, c_size_t, POINTER(c_size_t)]),
    "wb_placement_tensor_find_on": (wb_status, [POINTER(wb_placement), c_uint32, c_char_p, c_size_t, POINTER(c_size_t)]),
    "wb_plan_create_refit": (wb_status, [POINTER(wb_model), POINTER(wb_placement), POINTER(wb_plan_options), POINTER(POINTER(wb_plan)), POINTER(POINTER(wb_error))]),
    "wb_placement_refit": (wb_status, [POINTER(wb_placement), POINTER(wb_placement), POINTER(POINTER(wb_error))]),
    "wb_placement_fence": (wb_status, [POINTER(wb_placement), c_void_p, POINTER(POINTER(wb_error))]),
    "wb_placement_wait": (wb_status, [POINTER(wb_placement), POINTER(POINTER(wb_error))]),
    "wb_placement_retain": (POINTER(wb_placement), [POINTER(wb_placement)]),
    "wb_placement_release": (None, [POINTER(wb_placement)]),
    "wb_placement_report": (wb_status, [POINTER(wb_placement), POINTER(POINTER(wb_report)), POINTER(POINTER(wb_error))]),
    "wb_cuda_devices_create": (wb_status, [POINTER(POINTER(wb_cuda_devices)), POINTER(POINTER(wb_error))]),
    "wb_cuda_devices_count": (c_size_t, [POINTER(wb_cuda_devices)]),
    "wb_cuda_devices_info": (wb_status, [POINTER(wb_cuda_devices), c_size_t, POINTER(wb_cuda_device_info)]),
    "wb_cuda_devices_release": (None, [POINTER(wb_cuda_devices)]),
    "wb_model_get_info": (wb_status, [POINTER(wb_model), POINTER(wb_model_info)]),
    "wb_model_graph_count": (c_size_t, [POINTER(wb_model)]),
    "wb_model_graph": (POINTER(wb_graph), [POINTER(wb_model), c_size_t]),
    "wb_graph_get_info": (wb_status, [POINTER(wb_graph), POINTER(wb_graph_info)]),
    "wb_graph_metadata_count": (c_size_t, [POINTER(wb_graph)]),
    "wb_graph_metadata_info": (wb_status, [POINTER(wb_graph), c_size_t, POINTER(wb_metadata_info)]),
    "wb_graph_initializer_value": (wb_status, [POINTER(wb_graph), c_uint32, POINTER(c_uint32)]),
    "wb_graph_opset_version": (wb_status, [POINTER(wb_graph), c_char_p, c_size_t, POINTER(c_int64)]),
    "wb_graph_node_count": (c_uint32, [POINTER(wb_graph)]),
    "wb_graph_node_info": (wb_status, [POINTER(wb_graph), c_uint32, POINTER(wb_node_info)]),
    "wb_graph_node_infos": (wb_status, [POINTER(wb_graph), c_uint32, c_uint32, POINTER(wb_node_info), c_size_t]),
    "wb_graph_node_function": (wb_status, [POINTER(wb_graph), c_uint32, POINTER(c_size_t)]),
    "wb_graph_attribute_info": (wb_status, [POINTER(wb_graph), c_uint32, c_uint32, POINTER(wb_attribute_info)]),
    "wb_graph_attribute_find": (wb_status, [POINTER(wb_graph), c_uint32, c_char_p, c_size_t, POINTER(c_uint32)]),
    "wb_graph_attribute_floats": (wb_status, [POINTER(wb_graph), c_uint32, c_uint32, POINTER(POINTER(c_float)), POINTER(c_size_t)]),
    "wb_graph_attribute_ints": (wb_status, [POINTER(wb_graph), c_uint32, c_uint32, POINTER(POINTER(c_int64)), POINTER(c_size_t)]),
    "wb_graph_attribute_string": (wb_status, [POINTER(wb_graph), c_uint32, c_uint32, c_size_t, POINTER(wb_str)]),
    "wb_graph_attribute_tensor": (wb_status, [POINTER(wb_graph), c_uint32, c_uint32, c_size_t, POINTER(c_size_t)]),
    "wb_graph_attribute_graph": (wb_status, [POINTER(wb_graph), c_uint32, c_uint32, c_size_t, POINTER(c_size_t)]),
    "wb_graph_attribute_sparse": (wb_status, [POINTER(wb_graph), c_uint32, c_uint32, c_size_t, POINTER(c_size_t)]),
    "wb_graph_attribute_type": (wb_status, [POINTER(wb_graph), c_uint32, c_uint32, c_size_t, POINTER(c_uint32)]),
    "wb_graph_value_count": (c_uint32, [POINTER(wb_graph)]),
    "wb_graph_value_info": (wb_status, [POINTER(wb_graph), c_uint32, POINTER(wb_value_info)]),
    "wb_graph_value_infos": (wb_status, [POINTER(wb_graph), c_uint32, c_uint32, POINTER(wb_value_info), c_size_t]),
    "wb_graph_value_find": (wb_status, [POINTER(wb_graph), c_char_p, c_size_t, POINTER(c_uint32)]),
    "wb_graph_value_outer": (wb_status, [POINTER(wb_graph), c_uint32, POINTER(c_size_t), POINTER(c_uint32)]),
    "wb_model_sparse_count": (c_size_t, [POINTER(wb_model)]),
    "wb_model_sparse_info": (wb_status, [POINTER(wb_model), c_size_t, POINTER(wb_sparse_info)]),
    "wb_graph_type_count": (c_uint32, [POINTER(wb_graph)]),
    "wb_graph_type_info": (wb_status, [POINTER(wb_graph), c_uint32, POINTER(wb_type_info)]),
    "wb_graph_type_dim_info": (wb_status, [POINTER(wb_graph), c_uint32, c_uint32, POINTER(wb_dim_info)]),
    "wb_model_function_count": (c_size_t, [POINTER(wb_model)]),
    "wb_model_function_info": (wb_status, [POINTER(wb_model), c_size_t, POINTER(wb_function_info)]),
    "wb_model_function_attribute_name": (wb_status, [POINTER(wb_model), c_size_t, c_size_t, POINTER(wb_str)]),
    "wb_model_function_opset_info": (wb_status, [POINTER(wb_model), c_size_t, c_size_t, POINTER(wb_opset_info)]),
    "wb_model_opset_count": (c_size_t, [POINTER(wb_model)]),
    "wb_model_opset_info": (wb_status, [POINTER(wb_model), c_size_t, POINTER(wb_opset_info)]),
    "wb_model_signature_count": (c_size_t, [POINTER(wb_model)]),
    "wb_model_signature_info": (wb_status, [POINTER(wb_model), c_size_t, POINTER(wb_signature_info)]),
    "wb_model_signature_input_info": (wb_status, [POINTER(wb_model), c_size_t, c_size_t, POINTER(wb_signature_value_info)]),
    "wb_model_signature_output_info": (wb_status, [POINTER(wb_model), c_size_t, c_size_t, POINTER(wb_signature_value_info)]),
    "wb_model_note_count": (c_size_t, [POINTER(wb_model)]),
    "wb_model_note_info": (wb_status, [POINTER(wb_model), c_size_t, POINTER(wb_finding_info)]),
    "wb_plan_note_count": (c_size_t, [POINTER(wb_plan)]),
    "wb_plan_note_info": (wb_status, [POINTER(wb_plan), c_size_t, POINTER(wb_finding_info)]),
    "wb_model_check": (wb_status, [POINTER(wb_model), POINTER(wb_check_options), POINTER(POINTER(wb_findings)), POINTER(POINTER(wb_error))]),
    "wb_findings_count": (c_size_t, [POINTER(wb_findings)]),
    "wb_findings_info": (wb_status, [POINTER(wb_findings), c_size_t, POINTER(wb_finding_info)]),
    "wb_findings_release": (None, [POINTER(wb_findings)]),
}


def declare(library):
    """Declares the functions of a library that has been loaded, and returns it."""
    for name, (result, parameters) in FUNCTIONS.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, parameters
    return library
