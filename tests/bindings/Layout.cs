// Prints the constants of the bindings that it is compiled with, and the sizes and offsets of their structures.

using System;
using System.Reflection;
using System.Runtime.InteropServices;
using Weighbridge;

static class Layout
{
    static void Main()
    {
        foreach (var constant in typeof(Native).GetFields())
        {
            if (!constant.Name.StartsWith("WB_")) continue;
            Console.WriteLine("{0} {1}", constant.Name, Number(constant.GetValue(null)));
        }
        foreach (var type in typeof(Native).Assembly.GetTypes())
        {
            var fields = type.GetFields(BindingFlags.Public | BindingFlags.Instance);
            if (!type.Name.StartsWith("wb_") || !type.IsValueType || fields.Length == 0) continue;
            Console.WriteLine("{0} {1}", type.Name, Marshal.SizeOf(type));
            foreach (var field in fields)
            {
                var size = field.FieldType.IsPointer ? IntPtr.Size : Marshal.SizeOf(field.FieldType);
                Console.WriteLine("{0}.{1} {2} {3}", type.Name, field.Name, Marshal.OffsetOf(type, field.Name), size);
            }
        }
    }

    static long Number(object value)
    {
        if (value is UIntPtr) return unchecked((long)((UIntPtr)value).ToUInt64());
        return value is ulong ? unchecked((long)(ulong)value) : Convert.ToInt64(value);
    }
}
