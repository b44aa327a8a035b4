// Contexts, models and placements as safe handles, and errors as exceptions: a thin layer over Weighbridge.cs, which it leaves in view.
// SPDX-License-Identifier: MIT OR Apache-2.0

using System;
using System.Runtime.InteropServices;
using System.Text;

namespace Weighbridge
{
    /// <summary>A call that failed. The message is one line, with all the rest.</summary>
    public sealed class WeighbridgeException : Exception
    {
        /// <summary>One of WB_ERR_*.</summary>
        public int Code { get; private set; }

        /// <summary>The file; empty if there is none.</summary>
        public string Path { get; private set; }

        /// <summary>The tensor, node, key or option; empty if there is none.</summary>
        public string Subject { get; private set; }

        /// <summary>Bytes from the start of the file; the largest number if there is no offset.</summary>
        public ulong Offset { get; private set; }

        /// <summary>errno, or the result of a driver or a callback; 0 if there is none.</summary>
        public long OsCode { get; private set; }

        WeighbridgeException(string message) : base(message) { }

        /// <summary>Throws unless a call without an error has succeeded.</summary>
        public static unsafe void Check(int status)
        {
            if (status != Native.WB_OK) throw new WeighbridgeException(Text.Of(Native.wb_status_name(status))) { Code = status };
        }

        /// <summary>Throws unless a call has succeeded, and releases its error.</summary>
        public static unsafe void Check(int status, wb_error* error)
        {
            if (error == null) Check(status);
            if (status == Native.WB_OK) return;
            var info = new wb_error_info { struct_size = (UIntPtr)sizeof(wb_error_info) };
            Native.wb_error_get_info(error, &info);
            var exception = new WeighbridgeException(Text.Of(info.message))
            {
                Code = status, Path = Text.Of(info.path), Subject = Text.Of(info.subject),
                Offset = info.offset, OsCode = info.os_code,
            };
            Native.wb_error_release(error);
            throw exception;
        }
    }

    /// <summary>Text of the library as strings.</summary>
    public static unsafe class Text
    {
        /// <summary>Text with a length.</summary>
        public static string Of(wb_str text)
        {
            return Encoding.UTF8.GetString(text.ptr, checked((int)text.len));
        }

        /// <summary>Text that ends with a NUL.</summary>
        public static string Of(byte* text)
        {
            var length = 0;
            while (text[length] != 0) length++;
            return Encoding.UTF8.GetString(text, length);
        }
    }

    /// <summary>A reference to an object of the library, which Dispose drops.</summary>
    public abstract class Handle : SafeHandle
    {
        internal Handle(IntPtr pointer) : base(IntPtr.Zero, true)
        {
            SetHandle(pointer);
        }

        public override bool IsInvalid { get { return handle == IntPtr.Zero; } }
    }

    /// <summary>The pointer of a handle, for calls of Native: valid until Dispose, also if another thread disposes of the handle.</summary>
    public struct Borrowed : IDisposable
    {
        readonly SafeHandle handle;
        readonly bool isTaken;

        public readonly IntPtr Pointer;

        /// <summary>Borrows a handle; null gives a null pointer.</summary>
        public Borrowed(SafeHandle handle)
        {
            this.handle = handle;
            isTaken = false;
            Pointer = IntPtr.Zero;
            if (handle == null) return;
            handle.DangerousAddRef(ref isTaken);
            Pointer = handle.DangerousGetHandle();
        }

        public void Dispose()
        {
            if (isTaken) handle.DangerousRelease();
        }
    }

    /// <summary>What the program provides to the library.</summary>
    public sealed unsafe class Context : Handle
    {
        /// <summary>Allows the library so many threads; WB_THREADS_ALL: one for each processor.</summary>
        public Context(uint maxThreads) : base(Create(maxThreads)) { }

        /// <summary>A context with these options, which are copied.</summary>
        public Context(wb_context_options* options) : base(Create(options)) { }

        static IntPtr Create(uint maxThreads)
        {
            var options = new wb_context_options { struct_size = (UIntPtr)sizeof(wb_context_options), max_threads = maxThreads };
            return Create(&options);
        }

        static IntPtr Create(wb_context_options* options)
        {
            wb_context* context;
            wb_error* error = null;
            WeighbridgeException.Check(Native.wb_context_create(options, &context, &error), error);
            return (IntPtr)context;
        }

        protected override bool ReleaseHandle()
        {
            Native.wb_context_release((wb_context*)handle);
            return true;
        }
    }

    /// <summary>A tensor of a model or a placement.</summary>
    public struct Tensor
    {
        public string Name;

        /// <summary>The type of the elements, WB_F32 for instance.</summary>
        public uint Dtype;

        /// <summary>Elements in each dimension, outermost first.</summary>
        public long[] Shape;

        /// <summary>The size in bytes.</summary>
        public ulong Bytes;

        /// <summary>In a placement in host memory, the bytes, valid until it is disposed of; else zero.</summary>
        public IntPtr Data;

        /// <summary>The name of the type, such as "F32".</summary>
        public unsafe string DtypeName { get { return Text.Of(Native.wb_dtype_name(Dtype)); } }

        internal static unsafe long[] ShapeOf(long* shape, uint rank)
        {
            var copy = new long[rank];
            for (var i = 0; i < copy.Length; i++) copy[i] = shape[i];
            return copy;
        }
    }

    /// <summary>An open model.</summary>
    public sealed unsafe class Model : Handle
    {
        Model(wb_model* model) : base((IntPtr)model) { }

        /// <summary>Opens a file, an index or a directory.</summary>
        public static Model Open(string path, Context context = null)
        {
            return Open(path, context, null);
        }

        /// <summary>The same with options.</summary>
        public static Model Open(string path, Context context, wb_open_options* options)
        {
            var name = Encoding.UTF8.GetBytes(path);
            wb_model* model;
            wb_error* error = null;
            using (var c = new Borrowed(context))
            fixed (byte* start = name)
            {
                var status = Native.wb_model_open((wb_context*)c.Pointer, start, (UIntPtr)name.Length, options, &model, &error);
                WeighbridgeException.Check(status, error);
            }
            return new Model(model);
        }

        public int TensorCount
        {
            get
            {
                using (var m = new Borrowed(this)) return checked((int)Native.wb_model_tensor_count((wb_model*)m.Pointer));
            }
        }

        /// <summary>A tensor, in the order in which they are stored.</summary>
        public Tensor this[int index]
        {
            get
            {
                var info = new wb_tensor_info { struct_size = (UIntPtr)sizeof(wb_tensor_info) };
                using (var m = new Borrowed(this))
                {
                    WeighbridgeException.Check(Native.wb_model_tensor_info((wb_model*)m.Pointer, (UIntPtr)index, &info));
                    return new Tensor
                    {
                        Name = Text.Of(info.name), Dtype = info.dtype, Shape = Tensor.ShapeOf(info.shape, info.rank), Bytes = info.bytes,
                    };
                }
            }
        }

        /// <summary>Reads bytes of a tensor, from an offset on, until the destination is full.</summary>
        public void Read(int index, ulong offset, byte[] destination)
        {
            wb_error* error = null;
            using (var m = new Borrowed(this))
            fixed (byte* start = destination)
            {
                var length = (UIntPtr)destination.Length;
                var status = Native.wb_model_tensor_read((wb_model*)m.Pointer, (UIntPtr)index, offset, start, length, &error);
                WeighbridgeException.Check(status, error);
            }
        }

        /// <summary>Checks every file against the manifests.</summary>
        public void Verify()
        {
            Verify(null);
        }

        /// <summary>The same with options.</summary>
        public void Verify(wb_verify_options* options)
        {
            wb_report* report;
            wb_error* error = null;
            using (var m = new Borrowed(this))
            {
                var status = Native.wb_model_verify((wb_model*)m.Pointer, options, &report, &error);
                Native.wb_report_release(report);
                WeighbridgeException.Check(status, error);
            }
        }

        /// <summary>Loads all tensors into host memory, and checks them in the same pass.</summary>
        public Placement Load()
        {
            return Load(null);
        }

        /// <summary>The same with options.</summary>
        public Placement Load(wb_plan_options* options)
        {
            wb_placement* placement;
            wb_error* error = null;
            using (var m = new Borrowed(this))
            {
                WeighbridgeException.Check(Native.wb_model_load((wb_model*)m.Pointer, options, &placement, &error), error);
            }
            return new Placement(placement);
        }

        protected override bool ReleaseHandle()
        {
            Native.wb_model_release((wb_model*)handle);
            return true;
        }
    }

    /// <summary>Tensors that have been loaded. It does not need the model any more.</summary>
    public sealed unsafe class Placement : Handle
    {
        internal Placement(wb_placement* placement) : base((IntPtr)placement) { }

        public int TensorCount
        {
            get
            {
                using (var p = new Borrowed(this)) return checked((int)Native.wb_placement_tensor_count((wb_placement*)p.Pointer));
            }
        }

        public Tensor this[int index]
        {
            get
            {
                var info = new wb_placed_tensor_info { struct_size = (UIntPtr)sizeof(wb_placed_tensor_info) };
                using (var p = new Borrowed(this))
                {
                    WeighbridgeException.Check(Native.wb_placement_tensor_info((wb_placement*)p.Pointer, (UIntPtr)index, &info));
                    return new Tensor
                    {
                        Name = Text.Of(info.name), Dtype = info.dtype, Shape = Tensor.ShapeOf(info.shape, info.rank),
                        Bytes = info.bytes, Data = (IntPtr)info.data,
                    };
                }
            }
        }

        protected override bool ReleaseHandle()
        {
            Native.wb_placement_release((wb_placement*)handle);
            return true;
        }
    }
}
