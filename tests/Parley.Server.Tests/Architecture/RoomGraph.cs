using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace Parley.Server.Tests.Architecture;

/// <summary>One use: a type of one room that names a type of another.</summary>
internal readonly record struct RoomUse(string From, string To, string User, string Used);

/// <summary>Which rooms (namespaces, which are folders) use which, read from the compiled types: signatures, attributes and the code of
/// every method, so that neither a directive nor an inferred type hides an arrow.</summary>
internal sealed class RoomGraph
{
    private const BindingFlags Everything =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> Codes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => code.Value);

    private readonly Assembly _assembly;
    private readonly string _root;
    private readonly HashSet<RoomUse> _uses = [];

    private RoomGraph(Assembly assembly, string root) => (_assembly, _root) = (assembly, root);

    internal IReadOnlyCollection<RoomUse> Uses => _uses;

    /// <param name="root">The namespace of the assembly's own folder: <c>A.B.C</c> below the root <c>A</c> is the room <c>B/C</c>.</param>
    internal static RoomGraph Read(Assembly assembly, string root)
    {
        var graph = new RoomGraph(assembly, root);
        foreach (var type in assembly.GetTypes())
        {
            if (graph.RoomOf(type) is not null)
                graph.Add(type);
        }

        return graph;
    }

    /// <summary>Rooms that lead back to themselves, in groups; none when the arrows form no cycle.</summary>
    internal IReadOnlyList<IReadOnlyList<string>> Cycles()
    {
        var arrows = _uses.GroupBy(use => use.From).ToDictionary(group => group.Key, group => group.Select(use => use.To).ToHashSet());
        var reach = arrows.Keys.ToDictionary(room => room, room => Reachable(room, arrows));
        return
        [
            .. arrows.Keys.Where(room => reach[room].Contains(room))
                .GroupBy(room => string.Join(' ', reach[room].Where(other => reach.TryGetValue(other, out var back) && back.Contains(room)).Order(StringComparer.Ordinal)))
                .Select(group => (IReadOnlyList<string>)[.. group.Order(StringComparer.Ordinal)]),
        ];
    }

    private static HashSet<string> Reachable(string from, Dictionary<string, HashSet<string>> arrows)
    {
        var found = new HashSet<string>();
        var open = new Stack<string>([from]);
        while (open.TryPop(out var room))
        {
            foreach (var next in arrows.GetValueOrDefault(room) ?? [])
            {
                if (found.Add(next))
                    open.Push(next);
            }
        }

        return found;
    }

    /// <returns>Null for what is not of this assembly or was made by the compiler.</returns>
    private string? RoomOf(Type type)
    {
        while (type.DeclaringType is { } outer)
            type = outer;
        if (type.Assembly != _assembly || type.Namespace is not { } name)
            return null;
        return name == _root ? "" : name.StartsWith(_root + ".", StringComparison.Ordinal) ? name[(_root.Length + 1)..].Replace('.', '/') : null;
    }

    private void Add(Type type)
    {
        Use(type, type.BaseType);
        foreach (var used in type.GetInterfaces())
            Use(type, used);
        foreach (var field in type.GetFields(Everything))
            Use(type, field.FieldType);
        foreach (var method in type.GetMethods(Everything).Cast<MethodBase>().Concat(type.GetConstructors(Everything)))
            Add(type, method);
        foreach (var attribute in type.GetCustomAttributesData())
            Use(type, attribute.AttributeType);
    }

    private void Add(Type type, MethodBase method)
    {
        Use(type, (method as MethodInfo)?.ReturnType);
        foreach (var parameter in method.GetParameters())
            Use(type, parameter.ParameterType);
        if (method.GetMethodBody() is not { } body)
            return;
        foreach (var local in body.LocalVariables)
            Use(type, local.LocalType);
        Type[] ofType = type.IsGenericTypeDefinition ? type.GetGenericArguments() : [];
        Type[] ofMethod = method.IsGenericMethodDefinition ? method.GetGenericArguments() : [];
        foreach (var token in Tokens(body.GetILAsByteArray()!))
            UseMember(type, type.Module.ResolveMember(token, ofType, ofMethod));
    }

    private void UseMember(Type user, MemberInfo? member)
    {
        Use(user, member as Type ?? member?.DeclaringType);
        if (member is MethodInfo { IsGenericMethod: true } generic)
        {
            foreach (var argument in generic.GetGenericArguments())
                Use(user, argument);
        }
    }

    /// <summary>The operands of a method's code that name a member.</summary>
    private static IEnumerable<int> Tokens(byte[] code)
    {
        for (var at = 0; at < code.Length;)
        {
            var op = code[at] == 0xFE ? Codes[(short)(0xFE00 | code[at + 1])] : Codes[code[at]];
            at += op.Size;
            if (op.OperandType is OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType)
                yield return BitConverter.ToInt32(code, at);
            at += op.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code, at)),
                _ => 4,
            };
        }
    }

    private void Use(Type user, Type? used)
    {
        while (used is { HasElementType: true })
            used = used.GetElementType();
        if (used is null || used.IsGenericParameter || used.IsDefined(typeof(CompilerGeneratedAttribute)))
            return;
        if (used.IsGenericType)
        {
            foreach (var argument in used.GetGenericArguments())
                Use(user, argument);
        }

        if (RoomOf(user) is { } from && RoomOf(used) is { } to && from != to)
            _uses.Add(new RoomUse(from, to, Shown(user), Shown(used)));
    }

    private static string Shown(Type type)
    {
        while (type.DeclaringType is { } outer)
            type = outer;
        return type.Name.Split('`')[0];
    }
}
