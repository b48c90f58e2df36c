"""Parts that pages put together: frame, signature, orders, alarms, charts. They know Streamlit."""
