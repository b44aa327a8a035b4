// What tests/bindings runs: lists a model, or fails in several ways.

using System;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Weighbridge;

static unsafe class Test
{
    static void Main(string[] arguments)
    {
        Marshal.PrelinkAll(typeof(Native)); // the library has every function
        switch (arguments[0])
        {
            case "list": List(arguments[1]); break;
            case "fail": Fail(arguments[1]); break;
            case "call": Call(arguments[1]); break;
        }
    }

    /// Prints each tensor with the digest of its bytes, which are the same when they have been loaded.
    static void List(string path)
    {
        using (var context = new Context(2))
        using (var model = Model.Open(path, context))
        using (var placement = model.Load())
        {
            model.Verify();
            Require(placement.TensorCount == model.TensorCount, "as many tensors are placed");
            for (var i = 0; i < model.TensorCount; i++)
            {
                var tensor = model[i];
                var bytes = new byte[tensor.Bytes];
                model.Read(i, 0, bytes);
                Require(placement[i].Name == tensor.Name, "the order is the same");
                Require(Digest(Copy(placement[i])) == Digest(bytes), "the bytes are the same");
                var shape = string.Join(", ", tensor.Shape);
                Console.WriteLine("{0} {1} [{2}] {3}", Hex(Encoding.UTF8.GetBytes(tensor.Name)), tensor.DtypeName, shape, Digest(bytes));
            }
        }
    }

    static byte[] Copy(Tensor tensor)
    {
        var bytes = new byte[tensor.Bytes];
        Marshal.Copy(tensor.Data, bytes, 0, bytes.Length);
        return bytes;
    }

    static string Digest(byte[] bytes)
    {
        using (var sha256 = SHA256.Create()) return Hex(sha256.ComputeHash(bytes));
    }

    static string Hex(byte[] bytes)
    {
        return BitConverter.ToString(bytes).Replace("-", "").ToLowerInvariant();
    }

    /// Errors have a code and say where; what has been disposed of is no pointer any more.
    static void Fail(string path)
    {
        try
        {
            Model.Open(path + "/missing");
        }
        catch (WeighbridgeException e)
        {
            Console.WriteLine("{0} {1}\n{2}", e.Code, e.Path, e.Message);
        }
        var model = Model.Open(path);
        Require(Code(() => { var tensor = model[-1]; }) == Native.WB_ERR_INVALID_ARGUMENT, "there is no such tensor");
        Require(Code(() => model.Read(0, ulong.MaxValue, new byte[1])) == Native.WB_ERR_INVALID_ARGUMENT, "no such bytes");
        var placement = model.Load();
        model.Dispose();
        model.Dispose();
        Require(placement[0].Data != IntPtr.Zero, "a placement outlives its model");
        placement.Dispose();
        RequireDisposed(() => model.Load());
        RequireDisposed(() => { var tensor = placement[0]; });
    }

    static int Code(Action action)
    {
        try
        {
            action();
            return Native.WB_OK;
        }
        catch (WeighbridgeException e)
        {
            return e.Code;
        }
    }

    static void RequireDisposed(Action action)
    {
        try
        {
            action();
        }
        catch (ObjectDisposedException)
        {
            return;
        }
        Require(false, "it has been disposed of");
    }

    /// A delegate is called with what was given, and decides.
    static void Call(string path)
    {
        var calls = 0;
        var answer = Native.WB_PROCEED;
        Delegates.wb_progress_fn progress = (userData, p) =>
        {
            Require((long)userData == 7 && (ulong)p->struct_size == (ulong)sizeof(wb_progress), "what was given arrives");
            calls++;
            return answer;
        };
        var options = new wb_open_options
        {
            struct_size = (UIntPtr)sizeof(wb_open_options), user_data = (void*)7,
            progress = Marshal.GetFunctionPointerForDelegate(progress),
        };
        Require(Open(path, options) == Native.WB_OK && calls > 0, "the delegate is called");
        answer = Native.WB_STOP;
        Require(Open(path, options) == Native.WB_ERR_CANCELLED, "the delegate decides");
        GC.KeepAlive(progress);
        Console.WriteLine("called");
    }

    static int Open(string path, wb_open_options options)
    {
        try
        {
            Model.Open(path, null, &options).Dispose();
            return Native.WB_OK;
        }
        catch (WeighbridgeException e)
        {
            return e.Code;
        }
    }

    static void Require(bool condition, string what)
    {
        if (!condition) throw new Exception("not so: " + what);
    }
}
