using Parley.Server.Wire;

namespace Parley.Server.Schemas;

/// <summary>How much work a schema can make of a payload, told before there is one: a schema for which that has no bound is refused.</summary>
/// <remarks>What counts is how often one value of the payload is checked. A tree whose two branches are trees costs one check a value. A schema
/// that sends each item through itself twice doubles that with each level, and no payload is flat enough to be safe from it.</remarks>
internal static class SchemaCost
{
    /// <summary>Checks of one value; some microseconds each, and a payload of 256 KiB has up to 128,000 values.</summary>
    internal const long Most = 250;

    /// <returns>The place of the fault and its reason; null: none.</returns>
    internal static (string Pointer, string Reason)? Check(SchemaGraph graph)
    {
        if (Order(graph, out var loop) is not { } order)
            return (loop!.Pointer, "refers back to itself without going deeper into the payload, so checking would never end");

        // By depth: how many checks one value can need that lies so many levels below a value that a subschema is applied to.
        var below = graph.Nodes.ToDictionary(node => node, node => node.Cost);
        for (var depth = 0; depth <= JsonDepth.OfInput; depth++)
        {
            var here = new Dictionary<SchemaNode, long>();
            foreach (var node in order)
                here[node] = Math.Min(below[node] + node.Here.Sum(other => here[other]), Most + 1);
            if (here[graph.Root!] > Most)
            {
                return ("", depth == 0
                    ? $"checks the same value more than {Most} times; nest fewer 'allOf', 'anyOf', 'oneOf', and '$ref', or list fewer values"
                    : $"could take forever: a value {depth} levels down in a payload would be checked more than {Most} times. Apply a recursive subschema only once to each part");
            }

            below = graph.Nodes.ToDictionary(
                node => node,
                node => Math.Min(node.Parts.Sum(part => here[part]) + node.OnePart.Select(part => here[part]).DefaultIfEmpty().Max(), Most + 1));
        }

        return null;
    }

    /// <summary>Each after those that it applies to the same value.</summary>
    /// <returns>Null where one leads to itself.</returns>
    private static List<SchemaNode>? Order(SchemaGraph graph, out SchemaNode? loop)
    {
        var order = new List<SchemaNode>();
        var isDone = new Dictionary<SchemaNode, bool>();
        loop = graph.Nodes.FirstOrDefault(node => !Visit(node));
        return loop is null ? order : null;

        bool Visit(SchemaNode node)
        {
            if (isDone.TryGetValue(node, out var done))
                return done;
            isDone[node] = false;
            if (!node.Here.TrueForAll(Visit))
                return false;
            isDone[node] = true;
            order.Add(node);
            return true;
        }
    }
}
